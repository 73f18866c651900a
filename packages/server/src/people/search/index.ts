import type { Clock } from '../../platform/clock.ts';
import type { Db, Queryable } from '../../platform/database/pool.ts';
import { personEntity } from '../filter/entity.ts';
import type { Filters } from '../filter/index.ts';
import { findAliases } from '../identity/store/alias.sql.ts';
import type { Schema } from '../schema.ts';
import { type Counted, createCounts } from './count.ts';
import { createPages, type Place, type Searched, tagNamesSql } from './pages.ts';
import type { FoundPerson } from './values.ts';

export type { Place, Searched } from './pages.ts';
export { type FoundPerson, fieldIdsOf, valuesOf } from './values.ts';

export interface Page {
  people: FoundPerson[];
  more: boolean;
  /** Where it ends: the next one begins after this place. */
  end: Place | undefined;
  /** How many match a filter, where somebody is on the page: found on the way. */
  matching: Counted | undefined;
}

export interface Search {
  /** One page; by default the newest people first. A sort field that has no order is a `UserError`. */
  page(db: Db, workspaceId: number, searched: Searched): Promise<Page>;
  /** How many people match, and how many of them may be sent e-mail. Without any condition of a big workspace: lately. */
  count(db: Db, workspaceId: number, searched: Omit<Searched, 'limit' | 'sort'>): Promise<Counted>;
  /** By the ids asked for: that of somebody who has become another finds the other. */
  byIds(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<Map<string, FoundPerson>>;
}

const columns = `p.id, p.fields, p.tags, p.created_at as "createdAt", p.edited_at as "editedAt",
  p.first_seen_at as "firstSeenAt", p.last_seen_at as "lastSeenAt", p.subscribed_at as "subscribedAt",
  p.unsubscribed_at as "unsubscribedAt", p.archived_at as "archivedAt", ${tagNamesSql(personEntity)} as "tagNames"`;

export function createSearch(o: {
  db: Db;
  clock: Clock;
  filters: Filters;
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
}): Search {
  const counts = createCounts(o.db);
  const pages = createPages<FoundPerson, Counted>({
    ...o,
    entity: personEntity,
    columns,
    searchable,
    marked: `(p.fields->>'bol::p')::boolean`,
    totals: 'count(*)::int as people, (count(*) filter (where marked))::int as subscribers',
  });

  return {
    async page(db, workspaceId, searched) {
      const { rows, more, end, total } = await pages.page(db, workspaceId, searched);
      return { people: rows, more, end, matching: total };
    },
    async count(db, workspaceId, searched) {
      const { filter, q, archived, only, but } = searched;
      if (!filter && !q && !archived && !only && !but?.length) return counts(workspaceId);
      return pages.total(db, workspaceId, searched);
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

const searchable = {
  text: `lower(concat_ws(' ', p.fields->>'str::first', p.fields->>'str::last', p.fields->>'str::name',
    p.fields->>'str::email', p.fields->>'str::ei', p.fields->'phn::phone'->>'c', p.fields->'phn::phone'->>'n'))`,
  phone: `concat(p.fields->'phn::phone'->>'c', p.fields->'phn::phone'->>'n')`,
};
