import type { Tx } from '../../../platform/database/pool.ts';

interface Pair {
  mergeId: string;
  survivor: string;
  absorbed: string;
}

/** The survivor belongs wherever the absorbed did; what it takes to give that back is kept with the merge. */
export async function moveMemberships(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `with gone as (
       delete from account_person where person_id = $1 returning workspace_id, account_id, since
     ), gained as (
       insert into account_person (workspace_id, account_id, person_id, since)
       select workspace_id, account_id, $2, since from gone on conflict do nothing returning account_id
     )
     update person_merge_snapshot
     set account_ids = g.ids, account_since = g.since,
         accounts_gained = (select coalesce(array_agg(account_id), '{}') from gained)
     from (select coalesce(array_agg(account_id order by account_id), '{}') as ids,
                  coalesce(array_agg(since order by account_id), '{}') as since from gone) g
     where merge_id = $3`,
    [of.absorbed, of.survivor, of.mergeId],
  );
}

/**
 * Both belong where they did before; an account that has been deleted since stays deleted. The accounts are held, so that
 * none is archived unnoticed.
 */
export async function returnMemberships(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `delete from account_person ap using person_merge_snapshot s
     where s.merge_id = $1 and ap.person_id = $2 and ap.account_id = any(s.accounts_gained)`,
    [of.mergeId, of.survivor],
  );
  await tx.query(
    `insert into account_person (workspace_id, account_id, person_id, since)
     select a.workspace_id, a.id, $2, k.since
     from person_merge_snapshot s, unnest(s.account_ids, s.account_since) as k(account_id, since)
     join account a on a.id = k.account_id
     where s.merge_id = $1 order by a.id for key share of a on conflict do nothing`,
    [of.mergeId, of.absorbed],
  );
}
