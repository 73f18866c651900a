import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** A workspace in which an audience is being built. */
export async function findBuilding(db: Queryable): Promise<number | undefined> {
  const { rows } = await db.query<{ workspaceId: number }>({
    name: 'audience.building',
    text: `select workspace_id as "workspaceId" from audience where building and archived_at is null limit 1`,
  });
  return rows[0]?.workspaceId;
}

/** The audiences that are furthest behind, all at the same place, which are built together. */
export async function listFurthestBehind(
  tx: Tx,
  workspaceId: number,
): Promise<{ ids: number[]; after: string } | undefined> {
  const { rows } = await tx.query<{ ids: number[]; after: string }>(
    `select array_agg(id) as ids, build_after as after
     from audience where workspace_id = $1 and building and archived_at is null
     group by build_after order by build_after limit 1`,
    [workspaceId],
  );
  return rows[0];
}

/** The next people in the order of their ids. */
export async function listPeopleAfter(tx: Tx, workspaceId: number, after: string, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'audience.people-after',
    text: 'select id from person where workspace_id = $1 and id > $2::bigint order by id limit $3',
    values: [workspaceId, after, limit],
  });
  return rows.map(({ id }) => id);
}

/**
 * Members in this part of a building who are nobody any more: who became another, or was deleted, while the audience was
 * archived. There is no timeline that could say that they left.
 */
export async function deleteGhosts(
  tx: Tx,
  ids: readonly number[],
  part: { after: string; upTo: string | undefined },
): Promise<void> {
  await tx.query({
    name: 'audience.ghosts',
    text: `with gone as (
             delete from audience_member m
             where m.audience_id = any($1::int[]) and m.person_id > $2::bigint and ($3::bigint is null or m.person_id <= $3)
               and not exists (select from person where person.id = m.person_id)
             returning m.audience_id
           )
           update audience set members = members - g.n
           from (select audience_id, count(*) as n from gone group by audience_id) g where g.audience_id = audience.id`,
    values: [ids, part.after, part.upTo ?? null],
  });
}

export async function updateBuilt(
  tx: Tx,
  ids: readonly number[],
  built: { after: string | undefined; count: number; done: boolean },
  now: Date,
): Promise<void> {
  await tx.query({
    name: 'audience.built',
    text: `update audience set build_after = coalesce($2, build_after), build_done = build_done + $3,
                  build_total = greatest(build_total, build_done + $3),
                  building = not $4, ready = ready or $4, quiet = quiet and not $4,
                  last_built_at = case when $4 then $5::timestamptz else last_built_at end
           where id = any($1::int[])`,
    values: [ids, built.after ?? null, built.count, built.done, now],
  });
}
