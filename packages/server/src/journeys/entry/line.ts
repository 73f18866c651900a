import type { IntakeItem } from '@tributary/model';
import type { Messages } from '../../messages/index.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Turn } from '../../platform/loop.ts';
import { signal } from '../../platform/presence.ts';
import { endedItem, stepItem } from '../activities.ts';
import { findJourneys, type JourneyRow } from '../store/journey.sql.ts';
import { deleteEntering, deleteWaiting, lockLine, postponeWaiting, type WaitingRow } from '../store/line.sql.ts';
import { endRuns, type Going, lockRunsInside, MOVED } from '../store/out.sql.ts';
import { insertMoves } from '../store/run.sql.ts';
import { type Enroller, type Entering, enter } from './enter.ts';
import { whoFits } from './fits.ts';

/** So many in one transaction: the people are held as long. */
const AT_ONCE = 500;
/** Before runs that the engine has in hand are asked for again. */
const HELD_MS = 5;
/** So many journeys one after the other may pass a person on. */
const CHAIN_MAX = 10;

export interface Line extends Enroller {
  db: Db;
  messages: Pick<Messages, 'hearLeft'>;
  log: Log;
}

/** Somebody in line, as the person they are now, with the journey meant or the reason why there is none. */
interface Turned {
  row: WaitingRow;
  personId: string;
  journey: JourneyRow | undefined;
  why: string | undefined;
}

/**
 * Lets the next in line into their journeys, and out of them. One that can not be acted on holds up nobody. A transaction
 * of its own, and never waits for runs: it holds people, whom the engine asks for while it has runs in hand.
 */
export async function lineTurn(o: Line, now: Date): Promise<Turn> {
  let taken: WaitingRow[] = [];
  let left = 0;
  try {
    left = await transaction(o.db, async (tx) => {
      taken = await lockLine(tx, now, { limit: AT_ONCE });
      return taken.length - (await actOn(tx, o, taken, now));
    });
  } catch (error) {
    if (taken.length === 0) throw error;
    for (const { id } of taken) await alone(o, id, now);
  }
  if (left > 0) return new Date(now.getTime() + HELD_MS);
  return taken.length > 0 ? 'more' : undefined;
}

async function alone(o: Line, id: string, now: Date): Promise<void> {
  try {
    const actAlone = async (tx: Tx) => actOn(tx, o, await lockLine(tx, now, { limit: 1, id }), now);
    await transaction(o.db, actAlone, { failed: true });
  } catch (error) {
    o.log.error({ err: error, waiting: id }, `somebody in line for a journey waits: ${messageOf(error)}`);
    await postponeWaiting(o.db, id, now, messageOf(error));
  }
}

/** Returns how many are off the line: all, but those whose runs somebody has in hand. */
async function actOn(tx: Tx, o: Line, rows: readonly WaitingRow[], now: Date): Promise<number> {
  const done: string[] = [];
  for (const workspaceId of new Set(rows.map((row) => row.workspaceId))) {
    const own = rows.filter((row) => row.workspaceId === workspaceId);
    const turned = await turnOf(tx, o, workspaceId, own);
    const busy = await inHand(tx, turned);
    const free = turned.filter(({ personId }) => !busy.has(personId));
    const items: IntakeItem[] = [];
    for (const part of parts(free)) {
      const enters = part[0]!.row.what === 'enter';
      items.push(...(await (enters ? letIn(tx, o, workspaceId, part, now) : letOut(tx, o, part, now))));
    }
    if (items.length > 0) await o.people.recordIn(tx, workspaceId, items);
    done.push(...free.map(({ row }) => row.id));
  }
  await deleteWaiting(tx, done);
  return done.length;
}

/** Holds the people, and finds the journeys. */
async function turnOf(tx: Tx, o: Line, workspaceId: number, rows: readonly WaitingRow[]): Promise<Turned[]> {
  const held = await o.people.identity.hold(
    tx,
    workspaceId,
    rows.map(({ personId }) => personId),
  );
  const journeys = await findJourneys(tx, workspaceId, {
    ids: rows.flatMap(({ journeyId }) => journeyId ?? []),
    names: rows.flatMap(({ asked }) => asked?.journey ?? []),
  });
  return rows.map((row) => {
    const journey = journeys.find(({ id, name }) => (row.asked ? name === row.asked.journey : id === row.journeyId));
    return { row, personId: held.get(row.personId) ?? row.personId, journey, why: whyNot(row, journey) };
  });
}

function whyNot({ what, asked }: WaitingRow, journey: JourneyRow | undefined): string | undefined {
  if (!journey) return `there is no journey “${asked?.journey ?? ''}”`;
  if (what !== 'enter') return undefined;
  if (journey.state !== 'on') return `the journey “${journey.name}” is not on`;
  return asked && asked.depth > CHAIN_MAX
    ? `${CHAIN_MAX} journeys one after the other have passed the person on: they put people into each other`
    : undefined;
}

/** One after the other those who enter and those who leave, as they stand in line. */
function parts(turned: readonly Turned[]): Turned[][] {
  const found: Turned[][] = [];
  for (const each of turned) {
    const last = found.at(-1);
    if (last && (last[0]!.row.what === 'enter') === (each.row.what === 'enter')) last.push(each);
    else found.push([each]);
  }
  return found;
}

function goingOf(turned: readonly Turned[]): Going[] {
  return turned.flatMap(({ row, personId, journey }) =>
    journey && row.what !== 'enter' ? [{ journeyId: journey.id, personId, beginId: row.beginId }] : [],
  );
}

/** Those who are to leave by a run that somebody else has in hand for the moment. */
async function inHand(tx: Tx, turned: readonly Turned[]): Promise<Set<string>> {
  const going = goingOf(turned);
  const runs = going.length > 0 ? await lockRunsInside(tx, going) : [];
  return new Set(runs.flatMap(({ free, personId }) => (free ? [] : personId)));
}

async function letIn(
  tx: Tx,
  o: Line,
  workspaceId: number,
  turned: readonly Turned[],
  now: Date,
): Promise<IntakeItem[]> {
  const called: (Entering & { turned: Turned })[] = [];
  for (const each of turned) {
    const { row, personId, journey, why } = each;
    if (why !== undefined || !journey || journey.version === null) continue;
    called.push({
      turned: each,
      version: await o.versions.get(tx, journey.id, journey.version),
      personId,
      begin: { id: row.beginId ?? undefined, at: row.at },
      entry: row.asked?.entry ?? {},
      dueAt: row.dueAt && row.dueAt > now ? row.dueAt : undefined,
      depth: row.asked?.depth,
    });
  }
  // Whom a step of a journey puts in is not asked who they are.
  const asked = called.filter((each) => each.turned.row.asked === null);
  const fitting = new Set(await whoFits(tx, o.people, { workspaceId, now }, asked));
  const entering = called.filter((each) => each.turned.row.asked !== null || fitting.has(each));
  const entered = await enter(tx, o, workspaceId, entering, now);
  const whys = new Map(entering.map((each, i) => [each.turned, 'why' in entered[i]! ? entered[i].why : undefined]));
  return outcomes(tx, o, turned, (each) => each.why ?? whys.get(each));
}

async function letOut(tx: Tx, o: Line, turned: readonly Turned[], now: Date): Promise<IntakeItem[]> {
  const going = goingOf(turned);
  const runs = going.length > 0 ? await lockRunsInside(tx, going) : [];
  const reasons = new Map<string, string>();
  for (const { row, personId, journey } of turned) {
    const by = row.asked && (await o.versions.get(tx, row.asked.journeyId, row.asked.version));
    reasons.set(`${journey?.id}/${personId}`, by ? `taken out by the journey “${by.name}”` : MOVED);
  }
  const ending = runs.map((run) => ({ ...run, reason: reasons.get(`${run.journeyId}/${run.personId}`) ?? MOVED }));
  const ended = await endRuns(tx, ending, now);
  // A turn of theirs that is still to come does not come.
  await deleteEntering(tx, turned.flatMap(withdrawnIn));
  const over = ending.filter(({ id }) => ended.has(id));
  insertMoves(
    tx,
    over.map(({ id, shapeId, reason }) => ({ runId: id, shapeId, did: `left: ${reason}` })),
    now,
  );
  o.messages.hearLeft(tx, over);
  if (over.length > 0) signal(tx, 'run');
  const left: IntakeItem[] = [];
  for (const run of over) {
    const version = await o.versions.get(tx, run.journeyId, run.version);
    left.push(endedItem({ ...run, leftReason: run.reason }, version));
  }
  return [...left, ...(await outcomes(tx, o, turned, ({ why }) => why))];
}

function withdrawnIn({ row, personId, journey }: Turned) {
  const { id, beginId } = row;
  if (row.what !== 'withdraw' || !journey || beginId === null) return [];
  return [...new Set([personId, row.personId])].map((each) => ({ id, personId: each, journeyId: journey.id, beginId }));
}

/** What the timeline is told of the steps that asked: always where it failed. */
async function outcomes(
  tx: Tx,
  o: Line,
  turned: readonly Turned[],
  whyFailed: (each: Turned) => string | undefined,
): Promise<IntakeItem[]> {
  const items: IntakeItem[] = [];
  for (const each of turned) {
    const { asked } = each.row;
    const failed = whyFailed(each);
    if (!asked || (failed === undefined && !asked.tell)) continue;
    const version = await o.versions.get(tx, asked.journeyId, asked.version);
    const { runId: id, shapeId } = asked;
    items.push(stepItem({ id, personId: each.personId }, version, { shapeId, kind: 'journey', failed }));
  }
  return items;
}
