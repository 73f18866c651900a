import { type Fields, publicId, type Value } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Queryable } from '../../platform/database/pool.ts';
import { accountEntity, ENGAGEMENT_OF } from '../filter/entity.ts';
import type { Filters } from '../filter/index.ts';
import type { SchemaCache } from '../schema.ts';
import { createPages, type Pages, type Searched, tagNamesSql } from '../search/pages.ts';

/** An account as it is searched for and shown. */
export interface FoundAccount {
  id: string;
  fields: Fields;
  tags: readonly number[];
  tagNames: readonly string[];
  createdAt: Date;
  editedAt: Date;
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
  /** The average of its people's; null where it is known of none. */
  engagement: number | null;
}

export interface AccountSearch {
  page: Pages<FoundAccount, { n: number }>['page'];
  count(db: Db, workspaceId: number, searched: Omit<Searched, 'limit' | 'sort'>): Promise<number>;
  byIds(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<FoundAccount[]>;
}

const columns = `p.id, p.fields, p.tags, p.created_at as "createdAt", p.edited_at as "editedAt",
  p.first_seen_at as "firstSeenAt", p.last_seen_at as "lastSeenAt", ${ENGAGEMENT_OF}::int as engagement,
  ${tagNamesSql(accountEntity)} as "tagNames"`;

const searchable = { text: `lower(concat_ws(' ', p.fields->>'str:o:name', p.fields->>'str:o:website'))` };

export function createAccountSearch(o: { clock: Clock; filters: Filters; schema: SchemaCache }): AccountSearch {
  const { page, total } = createPages<FoundAccount, { n: number }>({
    clock: o.clock,
    filters: o.filters,
    schema: o.schema.get,
    entity: accountEntity,
    columns,
    searchable,
    marked: 'true',
    totals: 'count(*)::int as n',
  });
  return {
    page,
    count: async (db, workspaceId, searched) => (await total(db, workspaceId, searched)).n,
    async byIds(db, workspaceId, ids) {
      if (ids.length === 0) return [];
      const { rows } = await db.query<FoundAccount>({
        name: 'account.by_ids',
        text: `select ${columns} from account p where p.workspace_id = $1 and p.id = any($2::bigint[]) order by p.id`,
        values: [workspaceId, ids],
      });
      return rows;
    },
  };
}

/** Fields that are not stored with the others, as the wire shows them. */
const known: Readonly<Record<string, (account: FoundAccount) => Value | undefined>> = {
  oc: ({ createdAt }) => createdAt.toISOString(),
  oe: ({ editedAt }) => editedAt.toISOString(),
  of: ({ firstSeenAt }) => firstSeenAt?.toISOString(),
  ol: ({ lastSeenAt }) => lastSeenAt?.toISOString(),
  'int:o:e': ({ engagement }) => engagement ?? undefined,
  'str:o:account_id': ({ id }) => publicId(id, 'account'),
  tags: ({ tagNames }) => (tagNames.length > 0 ? tagNames : undefined),
  'u4s:o:t': ({ tags }) => (tags.length > 0 ? (tags as unknown as Value) : undefined),
};

/** The values of these fields, or of all but who belongs to it; empty ones are absent (recorded of people). */
export function accountValuesOf(account: FoundAccount, asked: readonly string[] | undefined): Fields {
  const ids = asked ?? [...Object.keys(known), ...Object.keys(account.fields)];
  const entries = ids.flatMap((id): [string, Value][] => {
    const own = Object.hasOwn(account.fields, id) ? account.fields[id] : undefined;
    const value = Object.hasOwn(known, id) ? known[id]!(account) : own;
    return value === undefined || value === null ? [] : [[id, value]];
  });
  return Object.fromEntries(entries);
}
