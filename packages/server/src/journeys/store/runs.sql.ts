import type { Fields } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import { titleSql } from './title.sql.ts';

/** Which runs: those inside; that have left; kept where they are by a pause or a shape that is off; that can not be moved; held out; tries. */
export type RunsState = 'inside' | 'left' | 'held' | 'parked' | 'held-out' | 'test';

/** A run as people look at it. */
export interface RunRow {
  id: string;
  journeyId: number;
  personId: string;
  version: number;
  /** Where it stands; null: it has not begun. */
  shapeId: string | null;
  /** What that shape is called in the run's version. */
  title: string | null;
  enteredAt: Date;
  arrivedAt: Date;
  /** When it is looked at next; null: only something that happens makes that. */
  dueAt: Date | null;
  leftAt: Date | null;
  leftReason: string | null;
  goalAt: Date | null;
  /** A run that nothing was due for in a pause is not marked yet. */
  held: boolean;
  heldOut: boolean;
  parkedError: string | null;
  test: boolean;
  entry: Fields;
}

const columns = `id, journey_id as "journeyId", person_id as "personId", version, shape_id as "shapeId",
  ${titleSql('run', 'run.shape_id')} as title,
  entered_at as "enteredAt", arrived_at as "arrivedAt", due_at as "dueAt", left_at as "leftAt",
  left_reason as "leftReason", goal_at as "goalAt", held, held_out as "heldOut", parked_error as "parkedError", test,
  entry`;

const conditions: Readonly<Record<RunsState, string>> = {
  inside: 'left_at is null and not test',
  left: 'left_at is not null and not held_out and not test',
  held: 'held and left_at is null',
  parked: 'parked_error is not null and ended_at is null',
  'held-out': 'held_out and not test',
  test: 'test',
};

export interface RunsAsked {
  state?: RunsState | undefined;
  shapeId?: string | undefined;
  /** Several ids may be of one person. */
  people?: readonly string[] | undefined;
  /** The id of the last one of the page before. */
  before?: string | undefined;
  limit: number;
}

/** The runs of a journey, newest first. */
export async function listRuns(db: Queryable, journeyId: number, o: RunsAsked): Promise<RunRow[]> {
  const { rows } = await db.query<RunRow>(
    `select ${columns} from run
     where journey_id = $1 and ($2::bigint is null or id < $2) and ($3::text is null or shape_id = $3)
       ${o.people ? 'and person_id = any($5::bigint[])' : ''} ${o.state ? `and ${conditions[o.state]}` : ''}
     order by id desc limit $4`,
    [journeyId, o.before ?? null, o.shapeId ?? null, o.limit, ...(o.people ? [o.people] : [])],
  );
  return rows;
}

/** How many there are on all pages together. */
export async function countRuns(
  db: Queryable,
  journeyId: number,
  o: Pick<RunsAsked, 'state' | 'shapeId'>,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from run
     where journey_id = $1 and ($2::text is null or shape_id = $2) ${o.state ? `and ${conditions[o.state]}` : ''}`,
    [journeyId, o.shapeId ?? null],
  );
  return rows[0]!.count;
}

export async function findRun(db: Queryable, journeyId: number, id: string): Promise<RunRow | undefined> {
  const { rows } = await db.query<RunRow>(`select ${columns} from run where journey_id = $1 and id = $2`, [
    journeyId,
    id,
  ]);
  return rows[0];
}

/** What a run did, in order. */
export async function listMoves(
  db: Queryable,
  runId: string,
): Promise<{ at: Date; shapeId: string | null; title: string | null; did: string }[]> {
  const { rows } = await db.query<{ at: Date; shapeId: string | null; title: string | null; did: string }>(
    `select m.at, m.shape_id as "shapeId", ${titleSql('r', 'm.shape_id')} as title, m.did
     from move m join run r on r.id = m.run_id where m.run_id = $1 order by m.at, m.number`,
    [runId],
  );
  return rows;
}

/** Tells the engine what to do with a run at once: to end it, for a reason, or to let it go on from where it stands. */
export async function updateMemory(
  tx: Tx,
  id: string,
  change: { end: string } | { moveOn: string },
  now: Date,
): Promise<void> {
  await tx.query(
    `update run set memory = memory || $2::jsonb, due_at = $3,
            parked_error = case when $2::jsonb ? 'end' then null else parked_error end
     where id = $1`,
    [id, JSON.stringify(change), now],
  );
}
