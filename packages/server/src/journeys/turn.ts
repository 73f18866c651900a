import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Turn } from '../platform/loop.ts';
import type { Presence } from '../platform/presence.ts';
import { type Advanced, advance } from './engine/advance.ts';
import type { RunState } from './engine/run-state.ts';
import { type Facts, type InHand, loadFacts } from './facts.ts';
import type { Step } from './step.ts';
import { eraseRuns } from './store/erase.sql.ts';
import { holdJourneys, type JourneyNow } from './store/hold.sql.ts';
import { claimDueRuns, nextDue, nextDueAfter } from './store/run.sql.ts';
import type { Versions } from './versions.ts';
import { write } from './write.ts';

export interface Engine {
  db: Db;
  people: People;
  messages: Messages;
  versions: Versions;
  presence: Pick<Presence, 'process'>;
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

function turn(engine: Engine, now: Date, first: 'oldest' | 'youngest'): Promise<Turned> {
  return transaction(engine.db, async (tx) => {
    const runs = await claimDueRuns(tx, now, CLAIMED_AT_ONCE, first);
    const inHand = await take(tx, engine, runs);
    // Of two that work side by side, neither waits for what the other has counted.
    const counter = first === 'oldest' ? engine.presence.process : -engine.presence.process;
    await moveAll(tx, { ...engine, counter }, inHand, now);
    const next = runs.length < CLAIMED_AT_ONCE ? nextDueAfter(tx) : undefined;
    return { claimed: runs.length, moved: inHand.length, next };
  });
}

/** Those of the runs whose journeys nobody is changing, with the versions they go by. The others stay due. */
async function take(tx: Tx, { versions }: Engine, runs: readonly RunState[]): Promise<InHand[]> {
  if (runs.length === 0) return [];
  const journeys = await holdJourneys(tx, [...new Set(runs.map(({ journeyId }) => journeyId))]);
  const inHand: InHand[] = [];
  for (const found of runs) {
    const journey = journeys.get(found.journeyId);
    if (!journey) continue;
    const run = { ...found, version: versionFor(found, journey) };
    const live = journey.live === null || run.test ? undefined : await versions.get(tx, journey.id, journey.live);
    inHand.push({ run, version: await versions.get(tx, journey.id, run.version), state: journey.state, live });
  }
  return inHand;
}

/** A run goes on in the version it began in, and begins in the one that is live when it does. */
function versionFor(run: RunState, { live }: JourneyNow): number {
  const begins = run.shapeId === null && run.leftAt === null && !run.test;
  return begins ? (live ?? run.version) : run.version;
}

async function moveAll(
  tx: Tx,
  engine: Engine & { counter: number },
  inHand: readonly InHand[],
  now: Date,
): Promise<void> {
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
  return { run: { ...run, dueAt: null, parkedError: error }, moves, effects: [], passed: [] };
}
