import type { People } from '../people/index.ts';
import { createKept } from '../platform/database/kept.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { displayTypesOf } from './render/display-types.ts';
import { findDefaults } from './store/default.sql.ts';
import type { DisplayTypes } from './types.ts';

export interface Display {
  /** How values are shown in the texts of a workspace. */
  types(db: Queryable, workspaceId: number): Promise<DisplayTypes>;
  /** What was kept of time zones may be out of date. */
  forget(): void;
}

/** Keeps each workspace's time zone in memory, as people keep their schema; every change of one is signalled to all processes. */
export function createDisplay(people: Pick<People, 'schema'>): Display {
  const zones = createKept(async (db, workspaceId) => (await findDefaults(db, workspaceId)).timezone);
  return {
    async types(db, workspaceId) {
      const [schema, zone] = await Promise.all([people.schema(db, workspaceId), zones.get(db, workspaceId)]);
      return displayTypesOf(schema, zone);
    },
    forget: zones.forget,
  };
}
