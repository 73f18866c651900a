import type { Tx } from '../../platform/database/pool.ts';

/** Makes the runs due that are kept where they are; the engine looks whether they still are to be. Returns how many. */
export async function releaseHeld(tx: Tx, journeyId: number, now: Date): Promise<number> {
  const { rowCount } = await tx.query(
    `update run set due_at = $2
     where journey_id = $1 and held and left_at is null and parked_error is null`,
    [journeyId, now],
  );
  return rowCount ?? 0;
}

/** Makes due whoever stands at one of these shapes, in whatever version; the engine keeps them there. Returns how many. */
export async function wakeStanding(tx: Tx, journeyId: number, shapeIds: readonly string[], now: Date): Promise<number> {
  if (shapeIds.length === 0) return 0;
  const { rowCount } = await tx.query(
    `update run set due_at = $3
     where journey_id = $1 and shape_id = any($2::text[]) and left_at is null and not held and not test
       and parked_error is null`,
    [journeyId, shapeIds, now],
  );
  return rowCount ?? 0;
}

/** Makes everybody who is inside due, parked or not; the engine lets them go. Returns how many. */
export async function wakeInside(tx: Tx, journeyId: number, now: Date): Promise<number> {
  const { rowCount } = await tx.query(
    'update run set due_at = $2, parked_error = null where journey_id = $1 and left_at is null',
    [journeyId, now],
  );
  return rowCount ?? 0;
}

/** How many are inside, tries aside. */
export async function countInside(tx: Tx, journeyId: number): Promise<number> {
  const { rows } = await tx.query<{ inside: number }>(
    'select count(*)::int as inside from run where journey_id = $1 and left_at is null and not test',
    [journeyId],
  );
  return rows[0]!.inside;
}
