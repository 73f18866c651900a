import type { Queryable, Tx } from '../../platform/database/pool.ts';

/**
 * The numbers of these tags by the names given, made where they are new. Names
 * are compared without regard to case, as the database sees it.
 */
export async function upsertTags(
  tx: Tx,
  workspaceId: number,
  names: readonly string[],
  now: Date,
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  // Numbers run from 1 in each workspace; one maker at a time keeps them without a gap.
  await tx.query('select pg_advisory_xact_lock(7482003, $1)', [workspaceId]);
  await tx.query(
    `insert into tag (workspace_id, id, name, created_at, last_used_at)
     select $1, (select coalesce(max(id), 0) from tag where workspace_id = $1) + row_number() over (order by n.ord),
            n.name, $3, $3
     from (select distinct on (lower(name)) name, ord from unnest($2::text[]) with ordinality as u(name, ord)
           order by lower(name), ord) n
     where not exists (select from tag t where t.workspace_id = $1 and lower(t.name) = lower(n.name))`,
    [workspaceId, names, now],
  );
  const found = await findTags(tx, workspaceId, names);
  await tx.query('update tag set last_used_at = $3 where workspace_id = $1 and id = any($2::int[])', [
    workspaceId,
    [...new Set(found.values())],
    now,
  ]);
  return found;
}

/** The numbers of those of these tags that are there, by the names given. */
export async function findTags(
  db: Queryable,
  workspaceId: number,
  names: readonly string[],
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const { rows } = await db.query<{ given: string; id: number }>(
    `select n.given, t.id from unnest($2::text[]) as n(given)
     join tag t on t.workspace_id = $1 and lower(t.name) = lower(n.given)`,
    [workspaceId, names],
  );
  return new Map(rows.map((row) => [row.given, row.id]));
}

export async function listTagNames(
  db: Queryable,
  workspaceId: number,
  ids: readonly number[],
): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: number; name: string }>(
    'select id, name from tag where workspace_id = $1 and id = any($2::int[])',
    [workspaceId, ids],
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}
