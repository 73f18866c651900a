import type { Filter } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Queryable } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { personEntity } from '../filter/entity.ts';
import { createParameters, type Filters, type Parameters } from '../filter/index.ts';
import { findAliases } from '../identity/store/alias.sql.ts';
import type { Schema } from '../schema.ts';
import { type Counted, createCounts } from './count.ts';
import { type SortKey, sortKeyOf } from './sort.ts';
import type { FoundPerson } from './values.ts';

export { type FoundPerson, fieldIdsOf, valuesOf } from './values.ts';

/** Which people, in which order. A filter has been checked (`filters.problems`). */
export interface Searched {
  filter?: Filter | undefined;
  /** Free text, in names, e-mail address, phone number and external id. */
  q?: string | undefined;
  archived?: boolean;
  sort?: { fieldId?: string | undefined; order: 'asc' | 'desc' };
  limit: number;
  offset?: number;
  /** Go on after this person, in the order asked for. */
  after?: string | undefined;
  only?: readonly string[];
  but?: readonly string[];
}

export interface Page {
  people: FoundPerson[];
  more: boolean;
}

export interface Search {
  /** One page; by default the newest people first. A sort field that has no order is a `UserError`. */
  page(db: Queryable, workspaceId: number, searched: Searched): Promise<Page>;
  /** How many people match, and how many of them may be sent e-mail. Without any condition of a big workspace: lately. */
  count(db: Queryable, workspaceId: number, searched: Omit<Searched, 'limit' | 'sort'>): Promise<Counted>;
  /** By the ids asked for: that of somebody who has become another finds the other. */
  byIds(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<Map<string, FoundPerson>>;
}

const columns = `p.id, p.fields, p.tags, p.created_at as "createdAt", p.edited_at as "editedAt",
  p.first_seen_at as "firstSeenAt", p.last_seen_at as "lastSeenAt", p.subscribed_at as "subscribedAt",
  p.unsubscribed_at as "unsubscribedAt", p.archived_at as "archivedAt",
  array(select t.name from unnest(p.tags) with ordinality u(id, n)
        join tag t on t.workspace_id = p.workspace_id and t.id = u.id order by u.n) as "tagNames"`;

export function createSearch(o: {
  db: Db;
  clock: Clock;
  filters: Filters;
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
}): Search {
  const counts = createCounts(o.db);
  const where = (schema: Schema, workspaceId: number, searched: Omit<Searched, 'limit'>, parameters: Parameters) => {
    const { filter, q, archived, only, but } = searched;
    const scope = { workspaceId, now: o.clock.now(), parameters, each: only !== undefined };
    return [
      `p.workspace_id = ${parameters.add(workspaceId, 'int')}`,
      `p.archived_at is ${archived ? 'not ' : ''}null`,
      ...(only ? [`p.id = any(${parameters.add(only, 'bigint[]')})`] : []),
      ...(but?.length ? [`p.id <> all(${parameters.add(but, 'bigint[]')})`] : []),
      ...(q ? [`strpos(${searchable}, ${parameters.add(q.toLowerCase(), 'text')}) > 0`] : []),
      ...(filter ? [o.filters.condition(schema, filter, scope)] : []),
    ].join(' and ');
  };

  return {
    async page(db, workspaceId, searched) {
      const schema = await o.schema(db, workspaceId);
      const parameters = createParameters();
      const { order, fieldId } = searched.sort ?? { order: 'desc', fieldId: undefined };
      const key = fieldId === undefined ? undefined : sortKeyOf(personEntity, fieldId, schema);
      if (fieldId !== undefined && !key) throw new UserError('bad_request', `people can not be sorted by ${fieldId}`);
      const position = { key, order, after: searched.after };
      const after = await afterSql(db, workspaceId, position, parameters);
      const conditions = where(schema, workspaceId, searched, parameters);
      const by = `${key ? `k ${order} nulls last, ` : ''}id ${order}`;
      const matched = `select p.id, ${key?.sql ?? 'null'} as k from person p where ${conditions}${after}`;
      // What filters match is guessed badly, and a page of few rows then tempts PostgreSQL to walk everybody in order:
      // minutes where a hash takes a fifth of a second. So all who match are found first.
      const found = searched.filter ? `with found as materialized (${matched}) select * from found` : matched;
      const window = `limit ${parameters.add(searched.limit + 1, 'int')} offset ${parameters.add(searched.offset ?? 0, 'bigint')}`;
      const { rows } = await db.query<FoundPerson>(
        `select ${columns} from (${found} order by ${by} ${window}) m join person p on p.id = m.id
         order by m.k ${order} nulls last, m.id ${order}`,
        [...parameters.values],
      );
      return { people: rows.slice(0, searched.limit), more: rows.length > searched.limit };
    },
    async count(db, workspaceId, searched) {
      const { filter, q, archived, only, but } = searched;
      if (!filter && !q && !archived && !only && !but?.length) return counts(workspaceId);
      const parameters = createParameters();
      const conditions = where(await o.schema(db, workspaceId), workspaceId, searched, parameters);
      const { rows } = await db.query<Counted>(
        `select count(*)::int as people, (count(*) filter (where (fields->>'bol::p')::boolean))::int as subscribers
         from person p where ${conditions}`,
        [...parameters.values],
      );
      return rows[0]!;
    },
    async byIds(db, workspaceId, ids) {
      const found = await findByIds(db, workspaceId, ids);
      const missing = ids.filter((id) => !found.has(id));
      if (missing.length === 0) return found;
      const aliases = await findAliases(db, workspaceId, missing);
      const survivors = await findByIds(db, workspaceId, [...new Set(aliases.values())]);
      const moved = [...aliases].flatMap(([id, now]) => {
        const person = survivors.get(now);
        return person ? [[id, person] as const] : [];
      });
      return new Map([...found, ...moved]);
    },
  };
}

async function findByIds(
  db: Queryable,
  workspaceId: number,
  ids: readonly string[],
): Promise<Map<string, FoundPerson>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<FoundPerson>({
    name: 'person.by_ids',
    text: `select ${columns} from person p where p.workspace_id = $1 and p.id = any($2::bigint[])`,
    values: [workspaceId, ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

const searchable = `lower(concat_ws(' ', p.fields->>'str::first', p.fields->>'str::last', p.fields->>'str::name',
  p.fields->>'str::email', p.fields->>'str::ei', p.fields->'phn::phone'->>'c', p.fields->'phn::phone'->>'n'))`;

/**
 * What comes after a person. Where they stand is looked up now, so a page goes on from where they are, not from where
 * they were; who has been deleted since holds no place, and the search has to be begun again.
 */
async function afterSql(
  db: Queryable,
  workspaceId: number,
  { key, order, after }: { key: SortKey | undefined; order: 'asc' | 'desc'; after: string | undefined },
  parameters: Parameters,
): Promise<string> {
  if (after === undefined) return '';
  const [beyond, id] = [order === 'desc' ? '<' : '>', parameters.add(after, 'bigint')];
  const later = `p.id ${beyond} ${id}`;
  if (!key) return ` and ${later}`;
  const { rows } = await db.query<{ value: string | null }>(
    `select (${key.sql})::text as value from person p where p.workspace_id = $1 and p.id = $2`,
    [workspaceId, after],
  );
  const at = rows[0];
  if (!at) throw new UserError('bad_request', 'cursor_id: this person is not there any more; begin again without it');
  if (at.value === null) return ` and ${key.sql} is null and ${later}`;
  const value = `${parameters.add(at.value, 'text')}::${key.type}`;
  return ` and (${key.sql} ${beyond} ${value} or (${key.sql} = ${value} and ${later}) or ${key.sql} is null)`;
}
