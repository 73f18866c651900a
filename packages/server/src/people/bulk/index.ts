import type { Filter, IntakeItem } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { Filters, Parameters } from '../filter/index.ts';
import type { Schema, SchemaField } from '../schema.ts';
import { listTagNames } from '../store/tag.sql.ts';
import {
  type ActivitiesWanted,
  type ActivityCursor,
  countPeople,
  listActivitiesAfter,
  listPeopleAfter,
  listSomeAfter,
  type SomePeople,
  type WholeActivity,
  type WholePerson,
} from './pages.sql.ts';
import { type Preview, preview } from './preview.ts';

export type { ActivitiesWanted, ActivityCursor, WholeActivity } from './pages.sql.ts';
export type { Preview } from './preview.ts';

/** A person with the names of their tags. */
export type ExportedPerson = Omit<WholePerson, 'tags'> & { tags: readonly string[] };

/** People in great numbers: for imports and exports. */
export interface Bulk {
  /** What `record` would do with these items; `fields` are taken for made. Nothing is written, nobody waits. */
  preview(
    db: Queryable,
    workspaceId: number,
    items: readonly IntakeItem[],
    fields: readonly SchemaField[],
  ): Promise<Preview[]>;
  /** The people after one of them, by id, those archived left out; of a checked filter, those it is true of. */
  people(
    db: Queryable,
    workspaceId: number,
    wanted: { ids?: readonly string[] | undefined; filter?: Filter | undefined },
    o: { after: string; limit: number },
  ): Promise<ExportedPerson[]>;
  /** Of the next people by id, those archived left out, those a checked filter is true of; and how far that went. */
  some(
    db: Queryable,
    workspaceId: number,
    wanted: { ids?: readonly string[] | undefined; filter?: Filter | undefined },
    o: { after: string; limit: number },
  ): Promise<SomePeople>;
  count(db: Queryable, workspaceId: number): Promise<number>;
  /** What these people did, after a place in the order of people, moments and ids. */
  activities(
    db: Queryable,
    workspaceId: number,
    people: readonly string[],
    wanted: ActivitiesWanted,
    o: { after: ActivityCursor | undefined; limit: number },
  ): Promise<WholeActivity[]>;
}

export function createBulk(o: {
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  filters: Filters;
  now: () => Date;
}): Bulk {
  return {
    async preview(db, workspaceId, items, fields) {
      const schema = await o.schema(db, workspaceId);
      const all = new Map([...fields.map((field) => [field.id, field] as const), ...schema.fields]);
      return preview(db, { workspaceId, schema: { ...schema, fields: all }, now: o.now() }, items);
    },
    async people(db, workspaceId, { ids, filter }, page) {
      const schema = await o.schema(db, workspaceId);
      // Page by page, so that each person is looked up once; what everybody's answer costs would be paid for every page.
      const condition = (parameters: Parameters): string =>
        filter ? o.filters.condition(schema, filter, { workspaceId, now: o.now(), parameters, each: true }) : 'true';
      const rows = await listPeopleAfter(db, workspaceId, { ids, condition }, page);
      const names = await listTagNames(db, workspaceId, [...new Set(rows.flatMap((row) => row.tags))]);
      return rows.map((row) => ({ ...row, tags: row.tags.flatMap((tag) => names.get(tag) ?? []) }));
    },
    async some(db, workspaceId, { ids, filter }, page) {
      const schema = await o.schema(db, workspaceId);
      const condition = (parameters: Parameters): string =>
        filter ? o.filters.condition(schema, filter, { workspaceId, now: o.now(), parameters, each: true }) : 'true';
      return listSomeAfter(db, workspaceId, { ids, condition }, page);
    },
    count: countPeople,
    activities: listActivitiesAfter,
  };
}
