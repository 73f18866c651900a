import type { Clock } from '../platform/clock.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { isWorthWaiting } from '../platform/database/worth-waiting.ts';
import { messageOf } from '../platform/errors.ts';
import type { Turn } from '../platform/loop.ts';
import type { Presence } from '../platform/presence.ts';
import type { RunState } from './engine/run-state.ts';
import type { InHand } from './facts.ts';
import { type Moving, parked, stepsOf, takeUp } from './moving.ts';
import { holdJourneys } from './store/hold.sql.ts';
import { counterOf } from './store/passed.sql.ts';
import { claimDueRun, claimDueRuns, insertMoves, nextDue, nextDueAfter, updateRuns } from './store/run.sql.ts';
import { writeEffects } from './write.ts';

export interface Engine extends Moving {
  db: Db;
  presence: Pick<Presence, 'process'>;
  clock: Clock;
}

const CLAIMED_AT_ONCE = 500;
const HELD_MS = 5;

/**
 * Turns of the engine: each takes runs that are due, moves each as far as it
 * goes, and writes all that comes of it in the same transaction. A run that can
 * not be moved is parked with its error, and does not hold up the others.
 *
 * While more is due than one transaction takes, two work side by side, so that the database has work while we think. One
 * begins with the oldest and the other with the youngest: whoever enters behind a million others does not wait for them.
 */
export function engineTurns(engine: Engine): () => Promise<Turn> {
  let behind = false;
  return async () => {
    const now = engine.clock.now();
    const [oldest] = behind
      ? await Promise.all([turn(engine, now, 'oldest'), turn(engine, now, 'youngest')])
      : [await turn(engine, now, 'oldest')];
    behind = oldest.claimed === CLAIMED_AT_ONCE;
    if (behind && oldest.moved > 0) return 'more';
    const next = oldest.next ? (await oldest.next).rows[0]?.due : await nextDue(engine.db);
    // Due, and not moved: news about its person, or whoever changes its journey, holds it for a moment, and will not call
    // us when they let go.
    return next && next <= now ? new Date(now.getTime() + HELD_MS) : (next ?? undefined);
  };
}

interface Turned {
  claimed: number;
  moved: number;
  /** When the next is due; not asked where as many were as one takes. */
  next: ReturnType<typeof nextDueAfter> | undefined;
}

async function turn(engine: Engine, now: Date, first: 'oldest' | 'youngest'): Promise<Turned> {
  let claimed: readonly RunState[] = [];
  const counting = { ...engine, counter: counterOf(engine.presence.process, first) };
  try {
    return await transaction(engine.db, async (tx) => {
      claimed = await claimDueRuns(tx, now, CLAIMED_AT_ONCE, first);
      const moved = await moveClaimed(tx, counting, claimed, now);
      const next = claimed.length < CLAIMED_AT_ONCE ? nextDueAfter(tx) : undefined;
      return { claimed: claimed.length, moved, next };
    });
  } catch (error) {
    if (claimed.length === 0 || isWorthWaiting(error)) throw error;
    // What comes of one of them, the database does not take, or our own code stumbles over: each is moved alone.
    for (const run of claimed) await moveAlone(counting, run, now);
    return { claimed: claimed.length, moved: claimed.length, next: undefined };
  }
}

/** Moves a run by itself, and parks it where what comes of that can not be made, or is refused by the database. */
async function moveAlone(engine: Counting, { id }: RunState, now: Date): Promise<void> {
  try {
    await transaction(engine.db, async (tx) => moveClaimed(tx, engine, await claimDueRun(tx, id, now), now));
  } catch (error) {
    if (isWorthWaiting(error)) throw error;
    engine.log.error({ err: error, run: id }, 'a run is parked: what comes of moving it can not be written');
    await transaction(engine.db, async (tx) => {
      const [run] = await claimDueRun(tx, id, now);
      if (!run) return;
      const { run: after, moves } = parked(run, messageOf(error));
      updateRuns(tx, [after]);
      insertMoves(tx, moves, now);
    });
  }
}

type Counting = Engine & { counter: number };

/** Moves those whose journeys nobody is changing; returns how many that are. */
async function moveClaimed(tx: Tx, engine: Counting, runs: readonly RunState[], now: Date): Promise<number> {
  const journeyIds = runs.map(({ journeyId }) => journeyId);
  const journeys = await holdJourneys(tx, journeyIds);
  const inHand = await takeUp(tx, engine, journeys, runs);
  await moveAll(tx, engine, inHand, now);
  return inHand.length;
}

async function moveAll(tx: Tx, engine: Counting, inHand: readonly InHand[], now: Date): Promise<void> {
  for (const workspaceId of new Set(inHand.map(({ version }) => version.workspaceId))) {
    const own = inHand.filter(({ version }) => version.workspaceId === workspaceId);
    const steps = await stepsOf(tx, engine, workspaceId, own, now);
    updateRuns(
      tx,
      steps.map((step) => step.run),
    );
    await writeEffects(tx, engine, workspaceId, steps, now);
  }
}
