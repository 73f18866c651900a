import { type Filter, objectNumber, type Problem } from '@tributary/model';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { publicAudienceId } from './definition.ts';
import { type Managing, nothing, problemsWith } from './manage.ts';
import { deleteAudience, findAudiences, insertAudience, insertSet, updateVersion } from './store/audience.sql.ts';
import { findBuilt, updateKept } from './store/kept.sql.ts';

/** What a room asks of an audience that is kept for it. */
export interface Keeping {
  /** Where another audience's filter stands on one of those that this asks about, it is told by this name. */
  name: string;
  filter: Filter;
  /** Those who belong as soon as it is built, or built anew for another filter, are not told of. */
  quiet: boolean;
}

/**
 * Audiences for the sake of what follows from them in another room, which hears who enters and leaves (`audiences.kept`).
 * Nobody sees them, and nothing about them is on a timeline.
 */
export interface KeptAudiences {
  problems(db: Queryable, workspaceId: number, filter: Filter, at: string): Promise<Problem[]>;
  /** Makes it, or brings the one of this id in line with what is asked now; it is built in the background. Returns its id. */
  keep(tx: Tx, workspaceId: number, id: string | null, asked: Keeping): Promise<string>;
  /** It is no more; who belonged is not told of. */
  drop(tx: Tx, workspaceId: number, id: string): Promise<void>;
  /** How far it is built: people judged, of so many; undefined where it is not there. */
  built(db: Queryable, workspaceId: number, id: string): Promise<Built | undefined>;
}

export interface Built {
  ready: boolean;
  done: number;
  total: number;
}

export function createKept(managing: Managing, now: () => Date): KeptAudiences {
  return {
    problems: (db, workspaceId, filter, at) => problemsWith(db, managing, workspaceId, filter, at),
    async keep(tx, workspaceId, id, asked) {
      await insertSet(tx, workspaceId);
      await managing.live.lock(tx, workspaceId);
      const made =
        id !== null && (await updateKept(tx, objectNumber(id) ?? 0, asked, now()))
          ? id
          : await make(tx, workspaceId, asked, now());
      await updateVersion(tx, workspaceId);
      signal(tx, 'audience');
      return made;
    },
    async drop(tx, workspaceId, id) {
      await managing.live.lock(tx, workspaceId);
      await deleteAudience(tx, objectNumber(id) ?? 0);
      await updateVersion(tx, workspaceId);
    },
    built: (db, workspaceId, id) => findBuilt(db, workspaceId, objectNumber(id) ?? 0),
  };
}

async function make(tx: Tx, workspaceId: number, { name, filter, quiet }: Keeping, now: Date): Promise<string> {
  const id = await insertAudience(tx, workspaceId, { ...nothing, name, filter, quiet, hidden: true }, now);
  const [row] = await findAudiences(tx, workspaceId, { ids: [id], hidden: true, limit: 1, offset: 0 });
  return publicAudienceId(row!);
}
