import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** Tags of people and of accounts are two series (recorded). */
export type TagTable = 'tag' | 'account_tag';

/**
 * The numbers of these tags by the names given, made where they are new. Names
 * are compared without regard to case, as the database sees it.
 */
export async function upsertTags(
  tx: Tx,
  workspaceId: number,
  names: readonly string[],
  now: Date,
  table: TagTable = 'tag',
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const given = [...new Set(names)];
  let found = await findTags(tx, workspaceId, given, table);
  if (found.size < given.length) {
    await insertTags(tx, workspaceId, given, now, table);
    found = await findTags(tx, workspaceId, given, table);
  }
  // To the minute, and not by two at once: whoever tags thousands of people would else wait here for everyone else who does.
  await tx.query({
    name: `${table}.used`,
    text: `update ${table} set last_used_at = $3 where (workspace_id, id) in (
             select workspace_id, id from ${table}
             where workspace_id = $1 and id = any($2::int[]) and last_used_at < $3::timestamptz - interval '1 minute'
             order by id for update skip locked)`,
    values: [workspaceId, [...new Set(found.values())], now],
  });
  return found;
}

async function insertTags(
  tx: Tx,
  workspaceId: number,
  names: readonly string[],
  now: Date,
  table: TagTable,
): Promise<void> {
  // Numbers run from 1 in each workspace; one maker at a time keeps them without a gap.
  await tx.query('select pg_advisory_xact_lock(7482003, $1)', [workspaceId]);
  await tx.query(
    `insert into ${table} (workspace_id, id, name, created_at, last_used_at)
     select $1, (select coalesce(max(id), 0) from ${table} where workspace_id = $1) + row_number() over (order by n.ord),
            n.name, $3, $3
     from (select distinct on (lower(name)) name, ord from unnest($2::text[]) with ordinality as u(name, ord)
           order by lower(name), ord) n
     where not exists (select from ${table} t where t.workspace_id = $1 and lower(t.name) = lower(n.name))`,
    [workspaceId, names, now],
  );
}

/** The numbers of those of these tags that are there, by the names given. */
export async function findTags(
  db: Queryable,
  workspaceId: number,
  names: readonly string[],
  table: TagTable = 'tag',
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const { rows } = await db.query<{ given: string; id: number }>({
    name: `${table}.find`,
    text: `select n.given, t.id from unnest($2::text[]) as n(given)
           join ${table} t on t.workspace_id = $1 and lower(t.name) = lower(n.given)`,
    values: [workspaceId, [...new Set(names)]],
  });
  return new Map(rows.map((row) => [row.given, row.id]));
}

export async function listTagNames(
  db: Queryable,
  workspaceId: number,
  ids: readonly number[],
  table: TagTable = 'tag',
): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: number; name: string }>(
    `select id, name from ${table} where workspace_id = $1 and id = any($2::int[])`,
    [workspaceId, ids],
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** The same, of the tags that these people have. */
export async function listTagNamesOf(
  db: Queryable,
  workspaceId: number,
  people: readonly string[],
): Promise<Map<number, string>> {
  if (people.length === 0) return new Map();
  const { rows } = await db.query<{ id: number; name: string }>({
    name: 'tag.of_people',
    text: `select id, name from tag where workspace_id = $1
           and id in (select unnest(tags) from person where id = any($2::bigint[]) and workspace_id = $1)`,
    values: [workspaceId, people],
  });
  return new Map(rows.map((row) => [row.id, row.name]));
}
