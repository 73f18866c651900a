import type { Audiences } from '../../audiences/index.ts';
import type { People } from '../../people/index.ts';
import { type Db, type Queryable, type Tx, transaction } from '../../platform/database/pool.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { starting } from '../begin.ts';
import {
  type EnrolmentWho,
  failEnrolment,
  listListed,
  lockRunning,
  postponeEnrolment,
  type Running,
  updateProgress,
} from '../store/enrolment.sql.ts';
import type { Version } from '../versions.ts';
import { BEGUN } from './again.ts';
import { type Enroller, type Entered, type Entering, enter } from './enter.ts';
import { dayOf } from './kept.ts';

/** So many in one transaction: the people are held as long, and who does something then waits. Of 500, thrice as long. */
const AT_ONCE = 80;
/** So many transactions side by side, so that the database has work while we think. */
const SIDE_BY_SIDE = 2;
/** So many between two looks at who is next, and two notes of how far it is. */
const PAGE = 2000;
/** Before an audience is looked at again that is still being built. */
const BUILDING_MS = 1000;
const BACKOFF_MAX_MS = 600_000;

export interface Enrolling {
  people: People;
  audiences: Audiences;
}

/** About how many an enrolment looks at. */
export async function sizeOf(
  db: Queryable,
  { people, audiences }: Enrolling,
  workspaceId: number,
  { audience, people: listed }: EnrolmentWho,
): Promise<number> {
  if (listed) return new Set(listed).size;
  if (audience === undefined) return people.bulk.count(db, workspaceId);
  return (await audiences.members(db, workspaceId, audience, { after: '0', limit: 0 })).size;
}

/**
 * Lets in the next page of an enrolment, and writes how far it has come. Each process has another in hand. Killed in
 * between, it goes through the page again: the enrolment is what starts a run, so nobody enters twice by it. False when none
 * is to be worked on.
 */
export async function enrolmentTurn(o: Enrolling & Enroller & { db: Db; log: Log }, now: Date): Promise<boolean> {
  let running: Running | undefined;
  try {
    await transaction(o.db, async (tx) => {
      running = await lockRunning(tx, now);
      if (running) await workOn(tx, o, running, now);
    });
  } catch (error) {
    if (!running) throw error;
    o.log.error({ err: error, enrolment: running.id }, `an enrolment could not go on, and waits: ${messageOf(error)}`);
    const pause = Math.min(1000 * 2 ** running.attempts, BACKOFF_MAX_MS);
    await postponeEnrolment(o.db, running.id, new Date(now.getTime() + pause), messageOf(error));
  }
  return running !== undefined;
}

async function workOn(tx: Tx, o: Enrolling & Enroller & { db: Db }, running: Running, now: Date): Promise<void> {
  const page = await pageOf(tx, o, running);
  if (page === 'building') return postponeEnrolment(tx, running.id, new Date(now.getTime() + BUILDING_MS), null);
  if ('gone' in page) return failEnrolment(tx, running.id, page.gone, now);
  const { id, workspaceId, journeyId, entry } = running;
  const version = await o.versions.get(tx, journeyId, running.version);
  const begin = beginOf(running, version, now);
  const entering = page.ids.map((personId) => ({ version, personId, begin, entry }));
  const outcomes = await letIn(o, workspaceId, entering, now);
  const entered = outcomes.filter((each) => 'runId' in each || each.why === BEGUN).length;
  const { after, seen } = page;
  await updateProgress(tx, id, { after, seen, entered, done: after === undefined }, now);
}

/** The enrolment is what starts the run, and other numbers of the kind are above nought; of a day, the day is. */
function beginOf({ id, occursAt }: Running, { definition: { entry } }: Version, now: Date): Entering['begin'] {
  const day = entry.kind === 'date' && occursAt !== null;
  return { id: day ? String(dayOf(entry, occursAt).number) : `-${id}`, at: now };
}

/** In transactions of their own, none of which waits for the others' end; whoever was let in stays so, whatever fails. */
async function letIn(
  o: Enroller & { db: Db },
  workspaceId: number,
  entering: readonly Entering[],
  now: Date,
): Promise<Entered[]> {
  const outcomes: Entered[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < entering.length) {
      const some = entering.slice(next, next + AT_ONCE);
      next += AT_ONCE;
      outcomes.push(...(await starting(o.db, (tx) => enter(tx, o, workspaceId, some, now))));
    }
  };
  for (const each of await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, work))) {
    if (each.status === 'rejected') throw each.reason;
  }
  return outcomes;
}

/** The next of those who are to enter: after whom to go on, nobody where they are the last. */
interface Page {
  ids: readonly string[];
  seen: number;
  after: string | undefined;
}

async function pageOf(
  tx: Tx,
  { people, audiences }: Enrolling,
  { id, workspaceId, audience, filter, listed, after }: Running,
): Promise<Page | { gone: string } | 'building'> {
  const page = { after, limit: PAGE };
  if (audience === null && !listed) {
    const some = await people.bulk.some(tx, workspaceId, { filter: filter ?? undefined }, page);
    return { ...some, after: some.last };
  }
  try {
    const members = audience === null ? undefined : await audiences.members(tx, workspaceId, audience, page);
    if (members && !members.ready) return 'building';
    const ids = members ? members.ids : await listListed(tx, id, after, PAGE);
    const next = { seen: ids.length, after: ids.length < PAGE ? undefined : ids.at(-1) };
    if (filter === null || ids.length === 0) return { ids, ...next };
    return {
      ...next,
      ids: (await people.bulk.some(tx, workspaceId, { ids, filter }, { after: '0', limit: PAGE })).ids,
    };
  } catch (error) {
    if (error instanceof UserError) return { gone: error.message };
    throw error;
  }
}
