import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Advanced, advance } from './engine/advance.ts';
import type { RunState } from './engine/run-state.ts';
import { type Facts, type InHand, loadFacts, type ReadAhead } from './facts.ts';
import type { Step } from './step.ts';
import { eraseRuns } from './store/erase.sql.ts';
import type { JourneyNow } from './store/hold.sql.ts';
import type { Versions } from './versions.ts';

/** What it takes to move runs. */
export interface Moving {
  people: People;
  messages: Messages;
  versions: Versions;
  log: Log;
}

/** Those of the runs whose journeys are held, with the versions they go by. The others stay as they are. */
export async function takeUp(
  tx: Tx,
  { versions }: Pick<Moving, 'versions'>,
  journeys: ReadonlyMap<number, JourneyNow>,
  runs: readonly RunState[],
): Promise<InHand[]> {
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

/** Runs of one workspace, each moved as far as it goes. What comes of it is to be written in the same transaction. */
export async function stepsOf(
  tx: Tx,
  o: Moving,
  workspaceId: number,
  inHand: readonly InHand[],
  now: Date,
  ahead?: ReadAhead,
): Promise<Step[]> {
  const facts = await loadFacts(tx, o, workspaceId, inHand, { now, ahead });
  const deleted = inHand.filter(({ run }) => !facts.person(run)).map(({ run }) => run.personId);
  // Enrolled by news from before: what the news of the deletion has erased in other runs goes here, too.
  if (deleted.length > 0) await eraseRuns(tx, deleted, now);
  const steps = inHand.map((each) => moved(o.log, facts, each));
  await facts.choices.write(tx, workspaceId);
  return steps;
}

function moved(log: Log, facts: Facts, inHand: InHand): Step {
  const { run: before, version } = inHand;
  try {
    const advanced = advance(before, version.definition, facts.of(inHand));
    for (const { shapeId, effect } of advanced.effects) if (effect.kind === 'done') facts.noteDone(before, shapeId);
    return { before, version, ...advanced };
  } catch (error) {
    log.error({ err: error, run: before.id, journey: version.name }, 'a run is parked: it can not be moved');
    return { before, version, ...parked(before, messageOf(error)) };
  }
}

/** A run that can not be moved, and why: it waits for somebody to look at it. */
export function parked(run: RunState, error: string): Advanced {
  const moves = [{ runId: run.id, shapeId: run.shapeId, did: `parked: ${error}` }];
  return { run: { ...run, dueAt: null, parkedError: error }, moves, effects: [], passed: [] };
}
