import { send, type Tx } from '../../../platform/database/pool.ts';

/**
 * The accounts of these people were seen when they were. One statement, whose answer nobody waits for, and an account
 * is only written where that moves something; held in one order, against deadlocks. Who has no account is not asked
 * about.
 */
export function updateSeenOfAccounts(
  tx: Tx,
  workspaceId: number,
  people: readonly { id: string; firstSeenAt: Date | null; lastSeenAt: Date | null }[],
): void {
  if (people.length === 0) return;
  send(tx, {
    name: 'account.seen',
    text: `with seen as (
             select ap.account_id, min(p.first) as first, max(p.last) as last
             from unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) as p(id, first, last)
             join account_person ap on ap.person_id = p.id group by ap.account_id
           ), held as (
             select a.id, seen.first, seen.last from account a join seen on seen.account_id = a.id
             where a.workspace_id = $1
               and (a.last_seen_at is null or a.last_seen_at < seen.last or a.first_seen_at > seen.first)
             order by a.id for no key update of a
           )
           update account set first_seen_at = least(account.first_seen_at, held.first),
                              last_seen_at = greatest(account.last_seen_at, held.last)
           from held where account.id = held.id`,
    values: [workspaceId, people.map((p) => p.id), people.map((p) => p.firstSeenAt), people.map((p) => p.lastSeenAt)],
  });
}

/**
 * The same from the people of these accounts as they are now: from all of them, who have come back, or from those
 * who have just come.
 */
export async function updateSeenFromPeople(
  tx: Tx,
  workspaceId: number,
  accountIds: readonly string[],
  personIds: readonly string[] | null = null,
): Promise<void> {
  await tx.query(
    `update account a set first_seen_at = least(a.first_seen_at, s.first),
                          last_seen_at = greatest(a.last_seen_at, s.last)
     from (select ap.account_id, min(p.first_seen_at) as first, max(p.last_seen_at) as last
           from account_person ap join person p on p.id = ap.person_id
           where ap.account_id = any($2::bigint[]) and ($3::bigint[] is null or ap.person_id = any($3))
           group by ap.account_id) s
     where a.id = s.account_id and a.workspace_id = $1`,
    [workspaceId, accountIds, personIds],
  );
}
