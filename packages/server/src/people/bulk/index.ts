import type { Filter, IntakeItem } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import { type Entity, personEntity } from '../filter/entity.ts';
import type { Filters, Parameters } from '../filter/index.ts';
import { currentIds } from '../identity/find.ts';
import type { Schema, SchemaField } from '../schema.ts';
import { listTagNames } from '../store/tag.sql.ts';
import {
  type ActivitiesWanted,
  type ActivityCursor,
  countPeople,
  listActivitiesAfter,
  listAfter,
  listSomeAfter,
  type SomePeople,
  type Whole,
  type WholeActivity,
} from './pages.sql.ts';
import { type Preview, preview } from './preview.ts';

export type { ActivitiesWanted, ActivityCursor, WholeActivity } from './pages.sql.ts';
export type { Preview } from './preview.ts';

/** A person, or an account, with the names of their tags. */
export type Exported = Omit<Whole, 'tags'> & { tags: readonly string[] };

/** People, or accounts, in great numbers: for imports and exports. */
export interface Bulk<Item = IntakeItem> {
  /** What `record` would do with these items; `fields` are taken for made. Nothing is written, nobody waits. */
  preview(
    db: Queryable,
    workspaceId: number,
    items: readonly Item[],
    fields: readonly SchemaField[],
  ): Promise<Preview[]>;
  /** Those after one of them, by id, those archived left out; of a checked filter, those it is true of. */
  page(
    db: Queryable,
    workspaceId: number,
    wanted: { ids?: readonly string[] | undefined; filter?: Filter | undefined },
    o: { after: string; limit: number },
  ): Promise<Exported[]>;
  /** Of the next people by id, those archived left out, those a checked filter is true of; and how far that went. */
  some(
    db: Queryable,
    workspaceId: number,
    wanted: { ids?: readonly string[] | undefined; filter?: Filter | undefined },
    o: { after: string; limit: number },
  ): Promise<SomePeople>;
  count(db: Queryable, workspaceId: number): Promise<number>;
  /** What these did, or what happened there, after a place in the order of owners, moments and ids. */
  activities(
    db: Queryable,
    workspaceId: number,
    ownerIds: readonly string[],
    wanted: ActivitiesWanted,
    o: { after: ActivityCursor | undefined; limit: number },
  ): Promise<WholeActivity[]>;
}

export function createBulk(o: {
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  filters: Filters;
  now: () => Date;
  /** People unless it says otherwise. */
  entity?: Entity;
}): Bulk {
  const { entity = personEntity } = o;
  /** As people are called now. */
  const current = (db: Queryable, workspaceId: number, ids: readonly string[] | undefined) =>
    ids && entity === personEntity ? currentIds(db, workspaceId, ids) : ids;
  return {
    async preview(db, workspaceId, items, fields) {
      const schema = await o.schema(db, workspaceId);
      const all = new Map([...fields.map((field) => [field.id, field] as const), ...schema.fields]);
      return preview(db, { workspaceId, entity, schema: { ...schema, fields: all }, now: o.now() }, items);
    },
    async page(db, workspaceId, { ids, filter }, page) {
      const schema = await o.schema(db, workspaceId);
      // Page by page, so that each is looked up once; what everybody's answer costs would be paid for every page.
      const condition = (parameters: Parameters): string =>
        filter ? o.filters.condition(schema, filter, { workspaceId, now: o.now(), parameters, each: true }) : 'true';
      const wanted = { ids: await current(db, workspaceId, ids), condition };
      const rows = await listAfter(db, workspaceId, entity, wanted, page);
      const tags = [...new Set(rows.flatMap((row) => row.tags))];
      const names = await listTagNames(db, workspaceId, tags, entity.tagTable);
      return rows.map((row) => ({ ...row, tags: row.tags.flatMap((tag) => names.get(tag) ?? []) }));
    },
    async some(db, workspaceId, { ids, filter }, page) {
      const schema = await o.schema(db, workspaceId);
      const condition = (parameters: Parameters): string =>
        filter ? o.filters.condition(schema, filter, { workspaceId, now: o.now(), parameters, each: true }) : 'true';
      return listSomeAfter(db, workspaceId, { ids: await current(db, workspaceId, ids), condition }, page);
    },
    count: countPeople,
    activities: (db, workspaceId, ownerIds, wanted, page) =>
      listActivitiesAfter(db, workspaceId, entity, ownerIds, wanted, page),
  };
}
