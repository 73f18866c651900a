import type { Queryable, Tx } from '../../../platform/database/pool.ts';
import { ENGAGEMENT_OF, PEOPLE_OF } from '../../filter/entity.ts';

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

/** Whether anybody but these people belongs to one of these accounts, which are held: nobody comes in any more. */
export async function hasOtherMembers(
  tx: Tx,
  workspaceId: number,
  accountIds: readonly string[],
  personIds: readonly string[],
): Promise<boolean> {
  const { rows } = await tx.query(
    `select from account_person ap join person p on p.id = ap.person_id
     where ap.workspace_id = $1 and ap.account_id = any($2::bigint[])
       and not exists (select from unnest($3::bigint[]) as held(id) where held.id = ap.person_id) limit 1`,
    [workspaceId, accountIds, personIds],
  );
  return rows.length > 0;
}

/** How many belong to the fullest of these accounts. */
export async function countMembersOfFullest(db: Queryable, accountIds: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ n: number | null }>(
    `select max((select count(*)::int from account_person ap where ap.account_id = a.id)) as n
     from unnest($1::bigint[]) as a(id)`,
    [accountIds],
  );
  return rows[0]!.n ?? 0;
}

/** Somebody who belongs to an account. */
export interface Membership {
  accountId: string;
  personId: string;
}

/** Returns those that are new. */
export async function insertMembers(
  tx: Tx,
  workspaceId: number,
  members: readonly Membership[],
  now: Date,
): Promise<Membership[]> {
  const { rows } = await tx.query<Membership>(
    `insert into account_person (workspace_id, account_id, person_id, since)
     select $1, m.account_id, m.person_id, $4 from unnest($2::bigint[], $3::bigint[]) as m(account_id, person_id)
     on conflict do nothing returning account_id as "accountId", person_id as "personId"`,
    [workspaceId, members.map((m) => m.accountId), members.map((m) => m.personId), now],
  );
  return rows;
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

/** The people of an account, taken together. */
export interface Crowd {
  people: number;
  /** The average of theirs; null where it is known of none. */
  engagement: number | null;
}

/** Of each of these accounts; who is archived is left out. */
export async function listCrowds(
  db: Queryable,
  workspaceId: number,
  accountIds: readonly string[],
): Promise<Map<string, Crowd>> {
  if (accountIds.length === 0) return new Map();
  const { rows } = await db.query<Crowd & { id: string }>({
    name: 'account.crowd',
    text: `select p.id, (select count(*)::int from ${PEOPLE_OF}) as people, ${ENGAGEMENT_OF}::int as engagement
           from account p where p.workspace_id = $1 and p.id = any($2::bigint[])`,
    values: [workspaceId, accountIds],
  });
  return new Map(rows.map(({ id, ...crowd }) => [id, crowd]));
}
