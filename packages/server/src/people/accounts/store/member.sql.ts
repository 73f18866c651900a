import type { Queryable, Tx } from '../../../platform/database/pool.ts';

/** People to be added or taken out, held until the transaction ends; in one order, against deadlocks. */
export async function lockMembersToBe(tx: Tx, workspaceId: number, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from person where workspace_id = $1 and id = any($2::bigint[]) and archived_at is null
     order by id for update`,
    [workspaceId, personIds],
  );
  return rows.map((row) => row.id);
}

/** Holds everybody who belongs to these accounts. Returns their ids. */
export async function lockMembersOf(tx: Tx, workspaceId: number, accountIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from person
     where workspace_id = $1 and id in (select person_id from account_person where account_id = any($2::bigint[]))
     order by id for update`,
    [workspaceId, accountIds],
  );
  return rows.map((row) => row.id);
}

export async function countMembers(db: Queryable, accountId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'select count(*)::int as n from account_person where account_id = $1',
    [accountId],
  );
  return rows[0]!.n;
}

export async function insertMembers(
  tx: Tx,
  workspaceId: number,
  accountId: string,
  personIds: readonly string[],
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into account_person (workspace_id, account_id, person_id, since)
     select $1, $2, unnest($3::bigint[]), $4 on conflict do nothing`,
    [workspaceId, accountId, personIds, now],
  );
}

export async function deleteMembers(
  tx: Tx,
  workspaceId: number,
  accountId: string,
  personIds: readonly string[],
): Promise<void> {
  await tx.query(
    'delete from account_person where workspace_id = $1 and account_id = $2 and person_id = any($3::bigint[])',
    [workspaceId, accountId, personIds],
  );
}

/** People who are gone for good belong to no account. */
export async function deleteMembershipsOf(tx: Tx, workspaceId: number, personIds: readonly string[]): Promise<void> {
  await tx.query('delete from account_person where workspace_id = $1 and person_id = any($2::bigint[])', [
    workspaceId,
    personIds,
  ]);
}

/** Writes `idt::o` of these people as it follows from where they belong. Returns those for whom it changed. */
export async function updateAccountOfPeople(
  tx: Tx,
  workspaceId: number,
  personIds: readonly string[],
  now: Date,
): Promise<string[]> {
  if (personIds.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `update person p set edited_at = $3, fields = case
       when w.account is null then p.fields - 'idt::o'
       else p.fields || jsonb_build_object('idt::o', w.account) end
     from (select u.id, (select public_account_id(a.id)
                         from account_person ap join account a on a.id = ap.account_id and a.archived_at is null
                         where ap.person_id = u.id order by ap.since, ap.account_id limit 1) as account
           from unnest($2::bigint[]) as u(id)) w
     where p.id = w.id and p.workspace_id = $1 and p.fields->>'idt::o' is distinct from w.account
     returning p.id`,
    [workspaceId, personIds, now],
  );
  return rows.map((row) => row.id);
}

/** Who belongs to these accounts, by account; who is archived is left out. */
export async function listMembersOf(
  db: Queryable,
  workspaceId: number,
  accountIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (accountIds.length === 0) return new Map();
  const { rows } = await db.query<{ accountId: string; people: string[] }>(
    `select ap.account_id as "accountId", array_agg(ap.person_id::text order by ap.since, ap.person_id) as people
     from account_person ap join person p on p.id = ap.person_id and p.archived_at is null
     where ap.workspace_id = $1 and ap.account_id = any($2::bigint[]) group by ap.account_id`,
    [workspaceId, accountIds],
  );
  return new Map(rows.map((row) => [row.accountId, row.people]));
}
