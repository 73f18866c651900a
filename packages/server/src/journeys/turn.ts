import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Turn } from '../platform/loop.ts';
import { type Advanced, advance } from './engine/advance.ts';
import type { RunState } from './engine/run-state.ts';
import { type Facts, type InHand, loadFacts } from './facts.ts';
import { eraseRuns } from './store/erase.sql.ts';
import { claimDueRuns, nextDue } from './store/run.sql.ts';
import type { Version, Versions } from './versions.ts';
import { write } from './write.ts';

export interface Engine {
  db: Db;
  people: People;
  messages: Messages;
  versions: Versions;
  clock: Clock;
  log: Log;
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
    const taken = behind
      ? await Promise.all([take(engine, now, 'oldest'), take(engine, now, 'youngest')])
      : [await take(engine, now, 'oldest')];
    behind = taken[0] === CLAIMED_AT_ONCE;
    if (behind) return 'more';
    const next = await nextDue(engine.db);
    // Due, and not claimed: news about its person holds it for a moment, and will not call us when it lets go.
    return next && next <= now ? new Date(now.getTime() + HELD_MS) : next;
  };
}

function take(engine: Engine, now: Date, first: 'oldest' | 'youngest'): Promise<number> {
  return transaction(engine.db, async (tx) => {
    const runs = await claimDueRuns(tx, now, CLAIMED_AT_ONCE, first);
    await moveAll(tx, engine, runs, now);
    return runs.length;
  });
}

/** A run before and after. */
export interface Step extends Advanced {
  before: RunState;
  version: Version;
}

async function moveAll(tx: Tx, engine: Engine, runs: readonly RunState[], now: Date): Promise<void> {
  const inHand: InHand[] = [];
  for (const run of runs) inHand.push({ run, version: await engine.versions.get(tx, run.journeyId, run.version) });
  for (const workspaceId of new Set(inHand.map(({ version }) => version.workspaceId))) {
    const own = inHand.filter(({ version }) => version.workspaceId === workspaceId);
    const facts = await loadFacts(tx, engine, workspaceId, own, now);
    const deleted = own.filter(({ run }) => !facts.person(run)).map(({ run }) => run.personId);
    // Enrolled by news from before: what the news of the deletion has erased in other runs goes here, too.
    if (deleted.length > 0) await eraseRuns(tx, deleted, now);
    const steps = own.map((each) => moved(engine, facts, each));
    await facts.choices.write(tx, workspaceId);
    await write(tx, engine, workspaceId, steps, now);
  }
}

function moved(engine: Engine, facts: Facts, inHand: InHand): Step {
  const { run: before, version } = inHand;
  try {
    const advanced = advance(before, version.definition, facts.of(inHand));
    for (const { shapeId, effect } of advanced.effects) if (effect.kind === 'done') facts.noteDone(before, shapeId);
    return { before, version, ...advanced };
  } catch (error) {
    engine.log.error({ err: error, run: before.id, journey: version.name }, 'a run is parked: it can not be moved');
    return { before, version, ...parked(before, messageOf(error)) };
  }
}

function parked(run: RunState, error: string): Advanced {
  const moves = [{ runId: run.id, shapeId: run.shapeId, did: `parked: ${error}` }];
  return { run: { ...run, dueAt: null, parkedError: error }, moves, effects: [] };
}
