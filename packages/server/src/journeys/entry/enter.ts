import { type Fields, goalWindowMs } from '@tributary/model';
import { createIds, type Ids, type People } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { signal } from '../../platform/presence.ts';
import { started } from '../activities.ts';
import type { Begin } from '../begin.ts';
import { chance } from '../engine/chance.ts';
import { sinceOf } from '../engine/moment.ts';
import { insertMoves, insertRuns, type NewRun } from '../store/run.sql.ts';
import type { Version, Versions } from '../versions.ts';
import { obstaclesOf, runKey } from './again.ts';

export interface Enroller {
  people: People;
  versions: Versions;
  runIds: Ids;
  /** For what starts a run and has no number: of the kind that activities have, so that none is both. */
  beginIds: Ids;
  begin: Begin;
}

export function createEnroller(o: { people: People; versions: Versions; begin: Begin }): Enroller {
  return { ...o, runIds: createIds('run_number'), beginIds: createIds('activity_number') };
}

/** Somebody who is to enter a journey, in a version of it. */
export interface Entering {
  version: Version;
  personId: string;
  /** What starts the run: an activity, something else that has a number, or nothing that could come again. The same start starts one run. */
  begin: { id?: string | undefined; at: Date; activity?: string | undefined };
  /** Its attributes, which stay usable in the whole run. */
  entry: Fields;
  /** Not before then. */
  dueAt?: Date | undefined;
  /** How many journeys one after the other have passed the person on. */
  depth?: number | undefined;
  /** A try: it enters whatever was before, and figures leave it out. */
  test?: boolean | undefined;
}

type Begun = Entering & { begin: { id: string } };

/** What became of it: the run, which may be one that is held out, or why there is none. */
export type Entered = { runId: string; heldOut: boolean } | { why: string };

/**
 * Starts runs, and says what became of each, in their order. Those who would enter are held, so that nobody else starts
 * runs of theirs meanwhile; whoever becomes another from here on does so after this, and their runs follow.
 */
export async function enter(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  entering: readonly Entering[],
  now: Date,
): Promise<Entered[]> {
  if (entering.length === 0) return [];
  const { here, obstacles, begin } = await lookAtHeld(tx, of, workspaceId, entering, now);
  const ids = await of.runIds.next(
    tx,
    here.map(() => now),
  );
  const going = here.flatMap((each, i) =>
    obstacles[i] === undefined ? [{ each, version: each.version, run: newRun(each, ids[i]!, now) }] : [],
  );
  if (going.length === 0) return here.map((_, i) => ({ why: obstacles[i]! }));
  const begun = await begin(going);
  const inserted = await insertRuns(tx, workspaceId, begun.runs);
  const told = going.flatMap(({ each, run }) =>
    inserted.has(run.id) && !run.heldOut && !run.test
      ? [started(run, each.version, { activity: each.begin.activity, id: each.begin.id })]
      : [],
  );
  await of.people.tell(tx, workspaceId, told, now);
  await begun.write(inserted);
  const out = going.filter(({ run }) => run.heldOut && inserted.has(run.id));
  insertMoves(
    tx,
    out.map(({ run, version }) => ({ runId: run.id, shapeId: null, did: heldOutOf(version) })),
    now,
  );
  const dues = begun.runs.flatMap(({ dueAt }) => dueAt?.getTime() ?? []);
  if (dues.length > 0) signal(tx, 'run', new Date(Math.min(...dues)));
  const heldOut = new Set(going.flatMap(({ run }) => (run.heldOut ? run.id : [])));
  return here.map((_, i): Entered => {
    const why = obstacles[i];
    if (why !== undefined) return { why };
    const runId = ids[i]!;
    return inserted.has(runId) ? { runId, heldOut: heldOut.has(runId) } : { why: 'is inside already' };
  });
}

/**
 * Holds those who would enter, and looks at what they enter with. The look is sent behind the lock, as they were named, and
 * PostgreSQL begins it once they are held; where somebody is nobody or another by then, it is taken once more.
 */
async function lookAtHeld(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  entering: readonly Entering[],
  now: Date,
): Promise<Looked> {
  const ids = [...new Set(entering.map(({ personId }) => personId))];
  const asNamed = new Map(ids.map((id) => [id, id]));
  const [held, looked] = await Promise.all([
    of.people.identity.hold(tx, workspaceId, ids),
    look(tx, of, workspaceId, entering, asNamed, now),
  ]);
  const isAsNamed = ids.every((id) => held.get(id) === id);
  return isAsNamed ? looked : look(tx, of, workspaceId, entering, held, now);
}

interface Looked {
  here: readonly Begun[];
  obstacles: readonly (string | undefined)[];
  begin: Awaited<ReturnType<Begin>>;
}

async function look(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  entering: readonly Entering[],
  held: ReadonlyMap<string, string>,
  now: Date,
): Promise<Looked> {
  const here = await numbered(tx, of, entering, held, now);
  const beginnings = here.map(({ version, personId, begin }) => ({
    ...{ version, personId },
    since: sinceOf({ entryAt: begin.at, enteredAt: now }),
  }));
  const [obstacles, begin] = await Promise.all([
    obstaclesOf(tx, of.people, workspaceId, here, now),
    of.begin(
      tx,
      workspaceId,
      beginnings.filter(({ personId }) => personId !== ''),
      now,
    ),
  ]);
  return { here, obstacles, begin };
}

/** Each as the person they are now, with a number for what starts the run. */
async function numbered(
  tx: Tx,
  { beginIds }: Enroller,
  entering: readonly Entering[],
  held: ReadonlyMap<string, string>,
  now: Date,
): Promise<Begun[]> {
  const without = entering.filter(({ begin }) => begin.id === undefined);
  const numbers = await beginIds.next(
    tx,
    without.map(() => now),
  );
  const numberOf = new Map(without.map((each, i) => [each, numbers[i]!]));
  return entering.map((each) => ({
    ...each,
    personId: held.get(each.personId) ?? '',
    begin: { ...each.begin, id: each.begin.id ?? numberOf.get(each)! },
  }));
}

function newRun(each: Begun, id: string, now: Date): NewRun {
  const { version, personId, begin, entry } = each;
  const { journeyId } = version;
  const heldOut = !each.test && isHeldOut(version, personId);
  return {
    id,
    journeyId,
    version: version.version,
    personId,
    entryActivityId: begin.id,
    entryAt: begin.at,
    entryKey: runKey(each),
    entry,
    shapeId: null,
    enteredAt: now,
    arrivedAt: now,
    heldOut,
    held: false,
    dueAt: heldOut ? whenHeldOut(version, now) : (each.dueAt ?? now),
    // One that begins later is not to be woken before.
    listens: heldOut ? version.goalListens : each.dueAt ? [] : version.listens,
    memory: each.depth ? { depth: each.depth } : {},
    test: each.test ?? false,
    leftAt: heldOut ? now : null,
    leftReason: heldOut ? 'held out' : null,
    goalAt: null,
    endedAt: null,
    parkedError: null,
  };
}

const heldOutOf = ({ name }: Version): string => `held out of “${name}”, to compare with: gets nothing of it`;

/** Whether somebody gets nothing of a journey, so that it can be compared: the same for the same person. */
function isHeldOut({ definition, journeyId }: Version, personId: string): boolean {
  return definition.holdOut > 0 && chance(journeyId, personId) < definition.holdOut;
}

/** When the engine looks at the run of somebody held out: once its goal no longer counts. */
const whenHeldOut = ({ definition }: Version, now: Date): Date => new Date(now.getTime() + goalWindowMs(definition));
