import type { Filter } from '@tributary/model';
import type { QueryResult } from 'pg';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Queryable, send, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Entity } from '../filter/entity.ts';
import { createParameters, type Filters, type Parameters } from '../filter/index.ts';
import type { Schema } from '../schema.ts';
import { freeTextSql, type Searchable } from './free-text.ts';
import { type SortKey, sortKeyOf } from './sort.ts';

/** Which people, or accounts, in which order. A filter has been checked (`filters.problems`). */
export interface Searched {
  filter?: Filter | undefined;
  /** Free text: of people in names, e-mail address, phone number and external id. */
  q?: string | undefined;
  archived?: boolean;
  sort?: { fieldId?: string | undefined; order: 'asc' | 'desc' };
  limit: number;
  offset?: number;
  /** Go on after this one, in the order asked for. */
  after?: Place | undefined;
  only?: readonly string[];
  but?: readonly string[];
}

/** Where somebody stood when a page ended with them. */
export interface Place {
  id: string;
  /** What they were sorted by then, as PostgreSQL writes it; null where they had no value. */
  sorted?: { fieldId: string; value: string | null } | undefined;
}

export interface Pages<Row, Total> {
  /**
   * One page; by default the newest first. A sort field that has no order is a `UserError`. Of a filter, all who match
   * have been found on the way, so their total comes along.
   */
  page(
    db: Db,
    workspaceId: number,
    searched: Searched,
  ): Promise<{ rows: Row[]; more: boolean; end: Place | undefined; total: Total | undefined }>;
  /** About all that match. */
  total(db: Db, workspaceId: number, searched: Omit<Searched, 'limit' | 'sort'>): Promise<Total>;
}

/** Pages of rows `p` of an entity. */
export function createPages<Row extends object, Total extends object>(o: {
  clock: Clock;
  filters: Filters;
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  entity: Entity;
  /** What is read of a row `p`. */
  columns: string;
  searchable: Searchable;
  /** What is counted of all that match, over `marked`: something that is read of each row `p`. */
  totals: string;
  marked: string;
}): Pages<Row, Total> {
  const { entity } = o;
  const where = (schema: Schema, workspaceId: number, searched: Omit<Searched, 'limit'>, parameters: Parameters) => {
    const { filter, q, archived, only, but } = searched;
    const scope = { workspaceId, now: o.clock.now(), parameters, each: only !== undefined };
    return [
      `p.workspace_id = ${parameters.add(workspaceId, 'int')}`,
      `p.archived_at is ${archived ? 'not ' : ''}null`,
      ...(only ? [`p.id = any(${parameters.add(only, 'bigint[]')})`] : []),
      ...(but?.length ? [`p.id <> all(${parameters.add(but, 'bigint[]')})`] : []),
      ...(q ? [freeTextSql(o.searchable, q, parameters)] : []),
      ...(filter ? [o.filters.condition(schema, filter, scope)] : []),
    ].join(' and ');
  };

  return {
    async page(db, workspaceId, searched) {
      const schema = await o.schema(db, workspaceId);
      const parameters = createParameters();
      const { order, fieldId } = searched.sort ?? { order: 'desc', fieldId: undefined };
      const key = fieldId === undefined ? undefined : sortKeyOf(entity, fieldId, schema);
      if (fieldId !== undefined && !key) {
        const who = schema.entity === 'person' ? 'people' : 'accounts';
        throw new UserError('bad_request', `${who} can not be sorted by ${fieldId}`);
      }
      const position = { table: entity.table, key, fieldId, order, after: searched.after };
      const after = await afterSql(db, workspaceId, position, parameters);
      const conditions = where(schema, workspaceId, searched, parameters);
      const by = `${key ? `k ${order} nulls last, ` : ''}id ${order}`;
      const everyone = `select p.id, ${key?.sql ?? 'null'} as k, ${o.marked} as marked from ${entity.table} p where ${conditions}`;
      const window = `limit ${parameters.add(searched.limit + 1, 'int')} offset ${parameters.add(searched.offset ?? 0, 'bigint')}`;
      // What filters match is guessed badly, and a page of few rows then tempts PostgreSQL to walk everybody in order:
      // minutes where a hash takes a fifth of a second. So all who match are found first.
      const [first, total] = searched.filter
        ? [`with found as materialized (${everyone})`, `(select to_jsonb(t) from (select ${o.totals} from found) t)`]
        : ['', 'null::jsonb'];
      const found = searched.filter
        ? `select id, k from found where ${after('id', 'k')}`
        : `${everyone} and ${after('p.id', key?.sql ?? 'null')}`;
      const { rows } = await searching<Row & { id: string; k: string | null; total: Total | null }>(
        db,
        `${first} select ${o.columns}, m.k::text as k, m.total
         from (select n.id, n.k, ${total} as total from (${found} order by ${by} ${window}) n) m
         join ${entity.table} p on p.id = m.id order by m.k ${order} nulls last, m.id ${order}`,
        [...parameters.values],
      );
      const page = rows.slice(0, searched.limit);
      const last = page.at(-1);
      return {
        rows: page,
        more: rows.length > searched.limit,
        end: last && { id: last.id, ...(fieldId === undefined ? {} : { sorted: { fieldId, value: last.k } }) },
        total: rows[0]?.total ?? undefined,
      };
    },
    async total(db, workspaceId, searched) {
      const parameters = createParameters();
      const conditions = where(await o.schema(db, workspaceId), workspaceId, searched, parameters);
      const { rows } = await searching<Total>(
        db,
        `select ${o.totals} from (select ${o.marked} as marked from ${entity.table} p where ${conditions}) t`,
        [...parameters.values],
      );
      return rows[0]!;
    },
  };
}

/**
 * Many are gone through. In the memory that everything else has to do with, PostgreSQL 18 counts what a million people
 * did in parts on disk, and with bad luck clears its whole table for each few of them: minutes. Sorted, it is a second.
 */
function searching<Row extends object>(db: Db, text: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
  return transaction(db, (tx) => {
    send(tx, {
      name: 'search.settings',
      text: `select set_config('work_mem', '64MB', true), set_config('enable_hashagg', 'off', true)`,
    });
    return tx.query<Row>(text, [...values]);
  });
}

/** Tags of a row `p` by their names, in the order they were given. */
export function tagNamesSql({ tagTable }: Entity): string {
  return `array(select t.name from unnest(p.tags) with ordinality u(id, n)
        join ${tagTable} t on t.workspace_id = p.workspace_id and t.id = u.id order by u.n)`;
}

/**
 * What comes after a row, as a condition on an id and a sort key: after where it stood, for it may have moved since and
 * all others have not. Where that is not known, or something else was sorted by, after where it stands now; one that has
 * been deleted since holds no such place, and the search has to be begun again.
 */
async function afterSql(
  db: Queryable,
  workspaceId: number,
  at: {
    table: string;
    key: SortKey | undefined;
    fieldId: string | undefined;
    order: 'asc' | 'desc';
    after: Place | undefined;
  },
  parameters: Parameters,
): Promise<(id: string, k: string) => string> {
  const { key, fieldId, order, after } = at;
  if (after === undefined) return () => 'true';
  const [beyond, last] = [order === 'desc' ? '<' : '>', parameters.add(after.id, 'bigint')];
  if (!key) return (id) => `${id} ${beyond} ${last}`;
  const { sorted } = after;
  const place = sorted?.fieldId === fieldId ? sorted!.value : await placeNow(db, workspaceId, at.table, key, after.id);
  if (place === null) return (id, k) => `${k} is null and ${id} ${beyond} ${last}`;
  await checkPlace(db, key, place);
  const value = `${parameters.add(place, 'text')}::${key.type}`;
  return (id, k) => `(${k} ${beyond} ${value} or (${k} = ${value} and ${id} ${beyond} ${last}) or ${k} is null)`;
}

async function placeNow(db: Queryable, workspaceId: number, table: string, key: SortKey, id: string) {
  const { rows } = await db.query<{ value: string | null }>(
    `select (${key.sql})::text as value from ${table} p where p.workspace_id = $1 and p.id = $2`,
    [workspaceId, id],
  );
  if (!rows[0])
    throw new UserError('bad_request', `cursor_id: this ${table} is not there any more; begin again without it`);
  return rows[0].value;
}

/** A place comes from outside, where it may have been changed. */
async function checkPlace(db: Queryable, { type }: SortKey, value: string): Promise<void> {
  try {
    await db.query(`select $1::text::${type}`, [value]);
  } catch (error) {
    // Class 22: "data exception".
    if (!String((error as { code?: unknown }).code).startsWith('22')) throw error;
    throw new UserError('bad_request', 'cursor_id: not one of an answer; begin again without it');
  }
}
