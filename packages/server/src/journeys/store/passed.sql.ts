import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';

const COUNTERS = ['oldest', 'youngest', 'beginning'] as const;

/** The number of one who counts, of those that go side by side in a process: of all processes, no two have the same. */
export const counterOf = (process: number, counter: (typeof COUNTERS)[number]): number =>
  process * COUNTERS.length + COUNTERS.indexOf(counter);

/** Notes that so many runs have gone on from shapes. Each counter has rows of its own, so that none waits for another. */
export function addPassed(
  tx: Tx,
  counter: number,
  passed: readonly { journeyId: number; shapeId: string; runs: number }[],
): void {
  if (passed.length === 0) return;
  send(tx, {
    name: 'shape.passed',
    text: `insert into shape_passed as p (journey_id, shape_id, process, runs)
           select journey_id, shape_id, $1, runs from unnest($2::int[], $3::text[], $4::bigint[]) as u(journey_id, shape_id, runs)
           order by 1, 2
           on conflict (journey_id, shape_id, process) do update set runs = p.runs + excluded.runs`,
    values: [counter, passed.map((p) => p.journeyId), passed.map((p) => p.shapeId), passed.map((p) => p.runs)],
  });
}

/** How often runs have gone on from each shape of a journey, in whatever version; tries aside. */
export async function listPassed(db: Queryable, journeyId: number): Promise<Map<string, number>> {
  const { rows } = await db.query<{ shapeId: string; runs: number }>(
    `select shape_id as "shapeId", sum(runs)::float8 as runs from shape_passed where journey_id = $1 group by shape_id`,
    [journeyId],
  );
  return new Map(rows.map(({ shapeId, runs }) => [shapeId, runs]));
}
