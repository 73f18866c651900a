import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** A request as it was answered; its answer as JSON. */
export interface TriggerRow {
  askedSha: string;
  answer: unknown;
}

export async function findTrigger(db: Queryable, journeyId: number, key: string): Promise<TriggerRow | undefined> {
  const { rows } = await db.query<TriggerRow>(
    'select asked_sha as "askedSha", answer from journey_trigger where journey_id = $1 and key = $2',
    [journeyId, key],
  );
  return rows[0];
}

/** Takes the key; false where it is taken. Waits for whoever is taking it. */
export async function insertTrigger(
  tx: Tx,
  journeyId: number,
  key: string,
  askedSha: string,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into journey_trigger (journey_id, key, asked_sha, created_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [journeyId, key, askedSha, now],
  );
  return rowCount === 1;
}

export async function updateTrigger(tx: Tx, journeyId: number, key: string, answer: unknown): Promise<void> {
  await tx.query('update journey_trigger set answer = $3 where journey_id = $1 and key = $2', [
    journeyId,
    key,
    JSON.stringify(answer),
  ]);
}

export async function deleteTriggers(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from journey_trigger where created_at < $1', [before]);
}
