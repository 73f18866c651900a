import type { Queryable } from '../../platform/database/pool.ts';
import type { RunState } from '../engine/run-state.ts';

/** A run, and with what key it began. */
export interface RunOfPerson extends RunState {
  key: string;
}

/** A person's runs, the newest first; of one journey, or of all. */
export async function listRunsOfPerson(
  db: Queryable,
  workspaceId: number,
  of: { personId: string; journeyId: number | null; limit: number },
): Promise<RunOfPerson[]> {
  const { rows } = await db.query<RunOfPerson>(
    `select id, person_id as "personId", journey_id as "journeyId", version, entry_activity_id as "entryActivityId",
            entry_at as "entryAt", entry, shape_id as "shapeId", entered_at as "enteredAt", arrived_at as "arrivedAt",
            due_at as "dueAt", listens, left_at as "leftAt", left_reason as "leftReason", goal_at as "goalAt",
            ended_at as "endedAt", parked_error as "parkedError", memory, held_out as "heldOut", held, test,
            -- A key of a run that could be one of several at once goes on with "#" and what started it.
            regexp_replace(entry_key, '#[0-9]+$', '') as key
     from run where workspace_id = $1 and person_id = $2 and ($3::int is null or journey_id = $3)
     order by entered_at desc, id desc limit $4`,
    [workspaceId, of.personId, of.journeyId, of.limit],
  );
  return rows;
}

export interface MoveOfRun {
  runId: string;
  at: Date;
  shapeId: string | null;
  did: string;
  /** By which exit rule the run left, from 1; null where it was none. */
  exitRule: number | null;
}

/** What these runs did, in order. */
export async function listMovesOfRuns(db: Queryable, runIds: readonly string[]): Promise<MoveOfRun[]> {
  if (runIds.length === 0) return [];
  const { rows } = await db.query<MoveOfRun>(
    `select run_id as "runId", at, shape_id as "shapeId", did, exit_rule as "exitRule" from move where run_id = any($1::bigint[])
     order by run_id, at, number`,
    [runIds],
  );
  return rows;
}

/** When the versions of a journey were published, the first one first. Those made for tries are none. */
export async function listPublished(
  db: Queryable,
  journeyId: number,
): Promise<{ version: number; publishedAt: Date }[]> {
  const { rows } = await db.query<{ version: number; publishedAt: Date }>(
    `select version, published_at as "publishedAt" from journey_version where journey_id = $1 and not test order by version`,
    [journeyId],
  );
  return rows;
}

/** Which journey a run goes through, of a person's own. */
export async function findJourneyOfRun(db: Queryable, personId: string, runId: string): Promise<number | undefined> {
  const { rows } = await db.query<{ journeyId: number }>(
    'select journey_id as "journeyId" from run where person_id = $1 and id = $2',
    [personId, runId],
  );
  return rows[0]?.journeyId;
}
