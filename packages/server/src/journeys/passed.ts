import type { Step } from './step.ts';

/** How often the runs in hand went on from a shape, each shape once; tries aside. */
export function passedIn(steps: readonly Step[]): { journeyId: number; shapeId: string; runs: number }[] {
  const counts = new Map<string, { journeyId: number; shapeId: string; runs: number }>();
  for (const { run, passed } of steps) {
    if (run.test) continue;
    for (const shapeId of passed) {
      const key = `${run.journeyId}/${shapeId}`;
      const known = counts.get(key);
      if (known) known.runs += 1;
      else counts.set(key, { journeyId: run.journeyId, shapeId, runs: 1 });
    }
  }
  return [...counts.values()];
}
