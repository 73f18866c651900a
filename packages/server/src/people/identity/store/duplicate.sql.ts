import { type Queryable, send, type Tx } from '../../../platform/database/pool.ts';

/** Something named two people as one. */
export interface Conflict {
  personId: string;
  otherId: string;
  fieldId: string;
}

export interface DuplicateRow {
  personId: string;
  otherId: string;
  fields: string[];
  times: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** Counts what named two people as one. In one order, so that two transactions do not wait for each other in a circle. */
export function upsertDuplicates(tx: Tx, workspaceId: number, conflicts: readonly Conflict[], now: Date): void {
  if (conflicts.length === 0) return;
  send(tx, {
    text: `insert into person_duplicate (workspace_id, person_id, other_id, fields, times, first_seen_at, last_seen_at)
           select $1, least(a, b), greatest(a, b), array_agg(distinct field_id order by field_id), 1, $2, $2
           from unnest($3::bigint[], $4::bigint[], $5::text[]) as c(a, b, field_id)
           where exists (select from person p where p.id = a) and exists (select from person p where p.id = b)
           group by least(a, b), greatest(a, b) order by 2, 3
           on conflict (workspace_id, person_id, other_id) do update
           set times = person_duplicate.times + 1, last_seen_at = excluded.last_seen_at,
               fields = array(select distinct f from unnest(person_duplicate.fields || excluded.fields) f order by f)`,
    values: [
      workspaceId,
      now,
      conflicts.map((c) => c.personId),
      conflicts.map((c) => c.otherId),
      conflicts.map((c) => c.fieldId),
    ],
  });
}

/** Those nobody has decided on, the latest first. */
export async function listDuplicates(
  db: Queryable,
  workspaceId: number,
  o: { limit: number; offset: number },
): Promise<DuplicateRow[]> {
  const { rows } = await db.query<DuplicateRow>(
    `select person_id as "personId", other_id as "otherId", fields, times, first_seen_at as "firstSeenAt",
            last_seen_at as "lastSeenAt"
     from person_duplicate d
     where workspace_id = $1 and dismissed_at is null
       and exists (select from person p where p.id = d.person_id and p.archived_at is null)
       and exists (select from person p where p.id = d.other_id and p.archived_at is null)
     order by last_seen_at desc, person_id, other_id limit $2 offset $3`,
    [workspaceId, o.limit, o.offset],
  );
  return rows;
}

/** Somebody has said that they are two. False when nothing said they were one. */
export async function updateToDismissed(
  db: Queryable,
  workspaceId: number,
  pair: readonly [string, string],
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update person_duplicate set dismissed_at = coalesce(dismissed_at, $4)
     where workspace_id = $1 and person_id = least($2::bigint, $3::bigint)
       and other_id = greatest($2::bigint, $3::bigint)`,
    [workspaceId, ...pair, now],
  );
  return rowCount === 1;
}

/** What was said of the absorbed is said of the survivor; of the two, nothing any more. */
export async function moveDuplicates(tx: Tx, workspaceId: number, absorbed: string, survivor: string): Promise<void> {
  await tx.query(
    `with gone as (
       delete from person_duplicate where workspace_id = $1 and (person_id = $2 or other_id = $2)
       returning *, case when person_id = $2 then other_id else person_id end as whom
     )
     insert into person_duplicate (workspace_id, person_id, other_id, fields, times, first_seen_at, last_seen_at,
                                   dismissed_at)
     select $1, least(whom, $3::bigint), greatest(whom, $3::bigint), fields, times, first_seen_at, last_seen_at,
            dismissed_at
     from gone where whom <> $3 order by 2, 3 on conflict do nothing`,
    [workspaceId, absorbed, survivor],
  );
}

/** Nothing is said of these people any more. */
export async function deleteDuplicatesOf(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query(
    `delete from person_duplicate
     where workspace_id = $1 and (person_id = any($2::bigint[]) or other_id = any($2::bigint[]))`,
    [workspaceId, ids],
  );
}
