import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { Passed } from '../news.ts';

/** Who works off the line: one at a time, so that what is asked of one person is done in its order. */
const LINE_LOCK = 7_482_013;
const BACKOFF_MAX_SECONDS = 600;

/** Somebody in line. */
export interface Waiting {
  personId: string;
  journeyId: number | null;
  what: 'enter' | 'leave' | 'withdraw';
  at: Date;
  beginId: string | null;
  dueAt: Date | null;
  asked: Passed | null;
  /** Their turn comes then; at once where it is not said. */
  turnAt?: Date | undefined;
}

export interface WaitingRow extends Omit<Waiting, 'turnAt'> {
  id: string;
  workspaceId: number;
}

export async function insertWaiting(
  tx: Tx,
  workspaceId: number,
  waiting: readonly Waiting[],
  now: Date,
): Promise<void> {
  if (waiting.length === 0) return;
  await tx.query({
    name: 'line.insert',
    text: `insert into journey_line (workspace_id, not_before, person_id, journey_id, what, at, begin_id, due_at, asked)
           select $1, coalesce(w.turn_at, $2), w.person_id, w.journey_id, w.what, w.at, w.begin_id, w.due_at, w.asked
           from unnest($3::bigint[], $4::int[], $5::text[], $6::timestamptz[], $7::bigint[], $8::timestamptz[],
                       $9::jsonb[], $10::timestamptz[]) with ordinality
             as w(person_id, journey_id, what, at, begin_id, due_at, asked, turn_at, place) order by w.place`,
    values: [
      workspaceId,
      now,
      waiting.map((w) => w.personId),
      waiting.map((w) => w.journeyId),
      waiting.map((w) => w.what),
      waiting.map((w) => w.at),
      waiting.map((w) => w.beginId),
      waiting.map((w) => w.dueAt),
      waiting.map((w) => (w.asked === null ? null : JSON.stringify(w.asked))),
      waiting.map((w) => w.turnAt ?? null),
    ],
  });
}

/** Those whose turn it is; none while another process has the line in hand. */
export async function lockLine(tx: Tx, now: Date, of: { limit: number; id?: string }): Promise<WaitingRow[]> {
  const lock = await tx.query<{ mine: boolean }>({
    name: 'line.lock',
    text: `select pg_try_advisory_xact_lock(${LINE_LOCK}) as mine`,
  });
  if (!lock.rows[0]?.mine) return [];
  const { rows } = await tx.query<WaitingRow>({
    name: 'line.take',
    text: `select id, workspace_id as "workspaceId", person_id as "personId", journey_id as "journeyId", what, at,
                  begin_id as "beginId", due_at as "dueAt", asked
           from journey_line where not_before <= $1 and ($3::bigint is null or id = $3)
           order by id limit $2 for update skip locked`,
    values: [now, of.limit, of.id ?? null],
  });
  return rows;
}

export async function deleteWaiting(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({ name: 'line.done', text: 'delete from journey_line where id = any($1::bigint[])', values: [ids] });
}

/** Those whom something is to start no more stand in line for it no more, unless they came into it after that was said, at `id`. */
export async function deleteEntering(
  tx: Tx,
  withdrawn: readonly { id: string; personId: string; journeyId: number; beginId: string }[],
): Promise<void> {
  if (withdrawn.length === 0) return;
  await tx.query({
    name: 'line.withdraw',
    text: `delete from journey_line l
           using unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[]) as w(id, person_id, journey_id, begin_id)
           where l.person_id = w.person_id and l.journey_id = w.journey_id and l.begin_id = w.begin_id and l.what = 'enter'
             and l.id < w.id`,
    values: [
      withdrawn.map(({ id }) => id),
      withdrawn.map(({ personId }) => personId),
      withdrawn.map(({ journeyId }) => journeyId),
      withdrawn.map(({ beginId }) => beginId),
    ],
  });
}

export async function postponeWaiting(db: Queryable, id: string, now: Date, error: string): Promise<void> {
  await db.query(
    `update journey_line set attempts = attempts + 1, error = $3,
            not_before = $2::timestamptz + make_interval(secs => least(power(2, attempts), $4))
     where id = $1`,
    [id, now, error, BACKOFF_MAX_SECONDS],
  );
}
