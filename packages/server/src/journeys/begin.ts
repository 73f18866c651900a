import { type Db, hasFailed, type Tx, transaction } from '../platform/database/pool.ts';
import { isWorthWaiting } from '../platform/database/worth-waiting.ts';
import type { RunState } from './engine/run-state.ts';
import { type Beginning, readAhead } from './facts.ts';
import { type Moving, stepsOf, takeUp } from './moving.ts';
import { holdJourneys } from './store/hold.sql.ts';
import type { Version } from './versions.ts';
import { writeEffects } from './write.ts';

/** Runs as their first steps have left them, and what these steps do. */
export interface Begun<Run extends RunState> {
  runs: Run[];
  /** Writes what came of the runs with these ids, whose people the caller holds. */
  write(ids: ReadonlySet<string>): Promise<void>;
}

/**
 * Moves runs that are about to be written as far as they go at once. In the transaction that starts them, that is half of
 * the work and of the time until the first mail: nobody has to find them again. Those that can not be moved here stay due,
 * and the engine moves them; so do all where the transaction has failed before, for what comes of one of them may be why,
 * and the engine parks that one alone. The first call has the journeys, and reads of the people, whom the caller holds, what the second
 * looks at, which moves their runs.
 */
export type Begin = (
  tx: Tx,
  workspaceId: number,
  beginnings: readonly Beginning[],
  now: Date,
) => Promise<<Run extends RunState>(starting: readonly { run: Run; version: Version }[]) => Promise<Begun<Run>>>;

export function createBegin(o: Moving & { counter: number }): Begin {
  return async (tx, workspaceId, beginnings, now) => {
    const able = hasFailed(tx) ? [] : beginnings.filter(({ version }) => maySkipTheEngine(version));
    const [journeys, ahead] = await Promise.all([
      holdJourneys(
        tx,
        able.map(({ version }) => version.journeyId),
      ),
      readAhead(tx, o, workspaceId, able),
    ]);
    return async (starting) => {
      // What a version that was published meanwhile asks has not been read.
      const isLive = ({ version, journeyId }: Version): boolean => journeys.get(journeyId)?.live === version;
      const runs = starting
        .filter(({ run, version }) => maySkipTheEngine(version) && isLive(version) && isToBegin(run, now))
        .map(({ run }) => run);
      const inHand = await takeUp(tx, o, journeys, runs);
      const steps = inHand.length > 0 ? await stepsOf(tx, o, workspaceId, inHand, now, ahead) : [];
      const after = new Map(steps.map(({ run }) => [run.id, run]));
      return {
        runs: starting.map(({ run }) => ({ ...run, ...after.get(run.id) })),
        write: (ids) => {
          const started = steps.filter(({ run }) => ids.has(run.id));
          return writeEffects(tx, o, workspaceId, started, now, { held: true });
        },
      };
    };
  };
}

/** A transaction that starts runs; where what comes of their first steps can not be made, or the database does not take it, it starts them as they are. */
export async function starting<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await transaction(db, work);
  } catch (error) {
    if (isWorthWaiting(error)) throw error;
    return transaction(db, work, { failed: true });
  }
}

/** What is counted of all who pass, the engine has locked while it asks for people; who has the people must not ask for it. */
const maySkipTheEngine = ({ counted, levelled }: Version): boolean => counted.length === 0 && levelled.length === 0;

/** A try begins in a version that nobody else sees yet. */
function isToBegin(run: RunState, now: Date): boolean {
  const isDue = run.dueAt !== null && run.dueAt <= now;
  return isDue && !run.heldOut && !run.test;
}
