import type { Tx } from '../../platform/database/pool.ts';

interface Pair {
  mergeId: string;
  survivor: string;
  absorbed: string;
}

/** The absorbed's messages become the survivor's. Locked in the order of their ids, as everywhere. */
export async function moveMessages(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `with own as materialized (select id from message where person_id = $1 order by id for update),
          moved as (update message m set person_id = $2 from own where m.id = own.id returning m.id)
     insert into message_united (merge_id, message_id)
     select $3, id from moved where exists (select from person_merge_snapshot where merge_id = $3)
     on conflict do nothing`,
    [of.absorbed, of.survivor, of.mergeId],
  );
}

/** Gives back the messages that came with a merge. */
export async function returnMessages(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `with own as materialized (
       select m.id from message m join message_united u on u.message_id = m.id
       where u.merge_id = $3 and m.person_id = $2 order by m.id for update of m
     )
     update message m set person_id = $1 from own where m.id = own.id`,
    [of.absorbed, of.survivor, of.mergeId],
  );
  await tx.query('delete from message_united where merge_id = $1', [of.mergeId]);
}
