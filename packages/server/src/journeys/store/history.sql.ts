import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** What can be done to a journey. */
export type Deed =
  | 'created'
  | 'draft edited'
  | 'draft discarded'
  | 'published'
  | 'paused'
  | 'resumed'
  | 'draining'
  | 'archived'
  | 'restored'
  | 'renamed'
  | 'duplicated'
  | 'moved on'
  | 'run ended'
  | 'run moved on'
  | 'run tried again'
  | 'winner chosen'
  | 'winner taken back'
  | 'tried';

export interface HistoryRow {
  id: string;
  at: Date;
  who: string;
  what: Deed;
  details: Readonly<Record<string, unknown>>;
}

/** Saving again and again is one editing. */
const ONE_EDITING = '1 hour';

export async function insertHistory(
  tx: Tx,
  o: { journeyId: number; who: string; what: Deed; details?: Readonly<Record<string, unknown>> },
  now: Date,
): Promise<void> {
  await tx.query('insert into journey_history (journey_id, at, who, what, details) values ($1, $2, $3, $4, $5)', [
    o.journeyId,
    now,
    o.who,
    o.what,
    JSON.stringify(o.details ?? {}),
  ]);
}

/** That somebody has saved the draft. Where the same did so a moment ago, and nothing else was done since, it is one row. */
export async function noteEditing(tx: Tx, journeyId: number, who: string, now: Date): Promise<void> {
  const { rowCount } = await tx.query(
    `update journey_history set at = $3, details = jsonb_set(details, '{times}', to_jsonb((details->>'times')::int + 1))
     where id = (select max(id) from journey_history where journey_id = $1)
       and what = 'draft edited' and who = $2 and at > $3::timestamptz - interval '${ONE_EDITING}'`,
    [journeyId, who, now],
  );
  if (rowCount === 0) await insertHistory(tx, { journeyId, who, what: 'draft edited', details: { times: 1 } }, now);
}

/** Newest first; `before` is the id of the last one of the page before. */
export async function listHistory(
  db: Queryable,
  journeyId: number,
  o: { limit: number; before?: string | undefined },
): Promise<HistoryRow[]> {
  const { rows } = await db.query<HistoryRow>(
    `select id, at, who, what, details from journey_history
     where journey_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [journeyId, o.before ?? null, o.limit],
  );
  return rows;
}
