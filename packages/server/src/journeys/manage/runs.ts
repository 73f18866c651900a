import { transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { signal } from '../../platform/presence.ts';
import { insertHistory } from '../store/history.sql.ts';
import type { ManagedJourney } from '../store/managed.sql.ts';
import { unparkRun } from '../store/parked.sql.ts';
import { insertMoves } from '../store/run.sql.ts';
import {
  countRuns,
  findRun,
  listMoves,
  listRuns,
  type RunRow,
  type RunsState,
  updateMemory,
} from '../store/runs.sql.ts';
import { countStanding, moveOnStanding } from '../store/standing.sql.ts';
import { changing, findManaged, type Managing, type Which } from './managing.ts';

export interface RunsWanted {
  state?: RunsState | undefined;
  shape?: string | undefined;
  /** A person's id inside. */
  person?: string | undefined;
  before?: string | undefined;
  limit: number;
}

/** A page of a journey's runs, newest first. */
export async function pageOfRuns(
  o: Managing,
  workspaceId: number,
  which: Which,
  wanted: RunsWanted,
): Promise<RunRow[]> {
  const journey = await findManaged(o.db, workspaceId, which);
  const { state, before, limit, person } = wanted;
  const people = person === undefined ? undefined : await idsOf(o, workspaceId, person);
  const asked = { state: stateIn(journey, state), shapeId: wanted.shape, people, before, limit };
  return (await listRuns(o.db, journey.id, asked)).map((run) => asHeld(journey, run));
}

/** A pause keeps all who are inside: they are not marked before they would have moved. */
function asHeld({ state }: ManagedJourney, run: RunRow): RunRow {
  return state === 'paused' && !run.leftAt && !run.test ? { ...run, held: true } : run;
}

function stateIn(journey: ManagedJourney, state: RunsState | undefined): RunsState | undefined {
  return journey.state === 'paused' && state === 'held' ? 'inside' : state;
}

/** How many runs there are on all pages. */
export async function totalOfRuns(
  o: Managing,
  workspaceId: number,
  which: Which,
  { state, shape }: Pick<RunsWanted, 'state' | 'shape'>,
): Promise<number> {
  const journey = await findManaged(o.db, workspaceId, which);
  return countRuns(o.db, journey.id, { state: stateIn(journey, state), shapeId: shape });
}

/** Whoever has become another has their runs with the other. */
async function idsOf({ db, people }: Managing, workspaceId: number, id: string): Promise<string[]> {
  const found = (await people.find(db, workspaceId, [id])).get(id);
  return found && found.id !== id ? [id, found.id] : [id];
}

const notFound = (id: string): UserError => new UserError('run_not_found', `this journey has no run ${id}`, 404);

export async function readRun(o: Managing, workspaceId: number, which: Which, run: { id: string; shown: string }) {
  const journey = await findManaged(o.db, workspaceId, which);
  const row = await findRun(o.db, journey.id, run.id);
  if (!row) throw notFound(run.shown);
  return { run: asHeld(journey, row), moves: await listMoves(o.db, run.id) };
}

/**
 * Ends a run where it stands, or lets it go on from there without doing what the shape says: the engine does, at once.
 * `shown` is the run's id as the caller knows it.
 */
export function settleRun(
  o: Managing,
  workspaceId: number,
  which: Which,
  { id, shown, how, by }: { id: string; shown: string; how: 'end' | 'move on'; by: string },
): Promise<void> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    const run = await findRun(tx, journey.id, id);
    if (!run) throw notFound(shown);
    if (run.leftAt) throw new UserError('run_state', `run ${shown} has left already: ${run.leftReason}`, 409);
    if (how === 'move on' && run.shapeId === null)
      throw new UserError('run_state', `run ${shown} has not begun: there is no step to go on from`, 409);
    if (how === 'move on' && run.parkedError !== null)
      throw new UserError('run_state', `run ${shown} is parked: ${run.parkedError}. Try it again, or end it`, 409);
    await updateMemory(tx, id, how === 'end' ? { end: 'ended by hand' } : { moveOn: run.shapeId! }, now);
    const what = how === 'end' ? 'run ended' : 'run moved on';
    await insertHistory(tx, { journeyId: journey.id, who: by, what, details: { run: shown, shape: run.shapeId } }, now);
  });
}

/** Puts a run that is parked before the engine again. */
export async function retryRun(
  o: Managing,
  workspaceId: number,
  which: Which,
  { id, shown, by }: { id: string; shown: string; by: string },
): Promise<void> {
  const now = o.clock.now();
  await transaction(o.db, async (tx) => {
    const journey = await findManaged(tx, workspaceId, which);
    if (!(await findRun(tx, journey.id, id))) throw notFound(shown);
    const run = await unparkRun(tx, workspaceId, id, now);
    if (!run) throw new UserError('run_state', `run ${shown} is not parked`, 409);
    insertMoves(tx, [{ runId: id, shapeId: run.shapeId, did: 'tried again by the operator' }], now);
    await insertHistory(tx, { journeyId: journey.id, who: by, what: 'run tried again', details: { run: shown } }, now);
    signal(tx, 'run');
  });
}

/** Lets everybody who waits at a shape go on from it, in whatever version they are. Returns how many. */
export function moveAllOn(
  o: Managing,
  workspaceId: number,
  which: Which,
  { shape, by }: { shape: string; by: string },
): Promise<number> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    const versions = new Set((await countStanding(tx, journey.id)).map(({ version }) => version));
    if (journey.version !== null) versions.add(journey.version);
    const known = await Promise.all([...versions].map((version) => o.versions.get(tx, journey.id, version)));
    if (!known.some(({ definition }) => Object.hasOwn(definition.shapes, shape)))
      throw new UserError('shape_not_found', `“${journey.name}” has no shape "${shape}"`, 404);
    const moved = await moveOnStanding(tx, { journeyId: journey.id, shapeId: shape, now });
    await insertHistory(
      tx,
      { journeyId: journey.id, who: by, what: 'moved on', details: { shape, people: moved } },
      now,
    );
    return moved;
  });
}
