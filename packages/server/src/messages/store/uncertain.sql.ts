import type { Queryable } from '../../platform/database/pool.ts';

/** Sends an uncertain message again, under the same Message-ID. False when it is not uncertain. */
export async function resendUncertain(db: Queryable, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update message set state = 'queued', due_at = $2 where id = $1 and state = 'uncertain'`,
    [id, now],
  );
  return rowCount === 1;
}

/** Lets go of an uncertain message: it is not sent again. A late answer of whoever sent it counts all the same. */
export async function dropUncertain(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update message set state = 'failed', due_at = null,
            reason = 'dropped by the operator, who could not tell whether it had arrived'
     where id = $1 and state = 'uncertain'`,
    [id],
  );
  return rowCount === 1;
}
