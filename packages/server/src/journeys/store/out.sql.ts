import type { Tx } from '../../platform/database/pool.ts';

/** Why a run left that is as if it had never been: the same day may start another. */
export const MOVED = 'its day was moved before it began';

/** Somebody who is to leave a journey. With `beginId`, only by the run that this started and that has not begun. */
export interface Going {
  journeyId: number;
  personId: string;
  beginId: string | null;
}

/** A run that is open, and whether it is ours until the transaction ends or somebody else's for the moment. */
export interface OpenRun {
  id: string;
  journeyId: number;
  version: number;
  personId: string;
  enteredAt: Date;
  shapeId: string | null;
  heldOut: boolean;
  held: boolean;
}

/**
 * The open runs by which these people are inside, tries left out. Waits for nobody: those that another transaction has in
 * hand are `free: false`, for it may wait for the people, whom we hold.
 */
export async function lockRunsInside(tx: Tx, going: readonly Going[]): Promise<(OpenRun & { free: boolean })[]> {
  const values = [going.map((g) => g.journeyId), going.map((g) => g.personId), going.map((g) => g.beginId)];
  const { rows } = await tx.query<OpenRun & { free: boolean }>({
    name: 'run.lock_inside',
    text: `with inside as materialized (
             select distinct r.id from unnest($1::int[], $2::bigint[], $3::bigint[]) as g(journey_id, person_id, begin_id)
             join run r on r.journey_id = g.journey_id and r.person_id = g.person_id
             where r.left_at is null and not r.test
               and (g.begin_id is null or (r.entry_activity_id = g.begin_id and r.shape_id is null))
           ), ours as materialized (
             select r.id from run r where r.id in (select id from inside) order by r.id for update skip locked
           )
           select r.id, r.journey_id as "journeyId", r.version, r.person_id as "personId", r.entered_at as "enteredAt", r.shape_id as "shapeId",
                  r.held_out as "heldOut", r.id in (select id from ours) as free
           from run r where r.id in (select id from inside)`,
    values,
  });
  return rows;
}

/**
 * Ends runs that are held; returns those that had not ended by themselves. The engine looks at them once more: a goal may
 * still come. One that was moved before it began takes its own number in place of the day's, below nought and so no
 * other's, and a key that nobody asks for: nothing counts it as having been in the journey.
 */
export async function endRuns(
  tx: Tx,
  runs: readonly (Pick<OpenRun, 'id' | 'shapeId'> & { reason: string })[],
  now: Date,
): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'run.out',
    text: `update run set left_at = $3, left_reason = o.reason, due_at = $3, listens = '{}', held = false,
                  parked_error = null,
                  entry_activity_id = case when o.undone then -run.id else entry_activity_id end,
                  entry_key = case when o.undone then '#' || entry_activity_id else entry_key end
           from unnest($1::bigint[], $2::text[], $4::boolean[]) as o(id, reason, undone)
           where run.id = o.id and run.left_at is null
           returning run.id`,
    values: [
      runs.map(({ id }) => id),
      runs.map(({ reason }) => reason),
      now,
      runs.map(({ reason, shapeId }) => reason === MOVED && shapeId === null),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}
