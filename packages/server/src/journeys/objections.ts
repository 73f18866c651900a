import type { JourneyDefinition } from '@tributary/model';
import type { Objection, OfRun } from '../messages/index.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { findAskers } from './store/objection.sql.ts';
import { isOff, type Versions } from './versions.ts';

/**
 * What stands against messages of runs at this moment, each in its place: nobody gets one more mail of a journey that they
 * were made to leave, and none leaves while the journey or the shape stands still. Whoever came to the journey's end has
 * what was asked for on the way.
 */
export async function objectionsTo(
  db: Queryable,
  versions: Versions,
  asked: readonly OfRun[],
): Promise<(Objection | undefined)[]> {
  const runs = await findAskers(db, [...new Set(asked.map(({ runId }) => runId))]);
  return Promise.all(
    asked.map(async ({ runId, shapeId }): Promise<Objection | undefined> => {
      const run = runs.get(runId);
      if (!run) return undefined;
      const own = await versions.get(db, run.journeyId, run.version);
      const gone = objectionOnceLeft(own.definition, run);
      if (gone || run.test) return gone;
      if (run.state === 'paused') return { lasts: false, reason: 'the journey is paused' };
      const live = run.live === null ? undefined : await versions.get(db, run.journeyId, run.live);
      return isOff(shapeId, { own, live }) ? { lasts: false, reason: 'the shape is switched off' } : undefined;
    }),
  );
}

/** What stands against the messages of a run that has left, but not by a journey's end; undefined for all others. */
export function objectionOnceLeft(
  { shapes }: Pick<JourneyDefinition, 'shapes'>,
  { leftReason, shapeId }: { leftReason: string | null; shapeId: string | null },
): Objection | undefined {
  if (leftReason === null || (shapeId !== null && shapes[shapeId]?.kind === 'exit')) return undefined;
  return { lasts: true, reason: `the person has left the journey: ${leftReason}` };
}
