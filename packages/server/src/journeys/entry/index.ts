import type { AudienceKept, Audiences, Built } from '../../audiences/index.ts';
import type { Messages } from '../../messages/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Queryable, Tx } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { type Loop, startLoop, type Turn } from '../../platform/loop.ts';
import type { Presence } from '../../platform/presence.ts';
import { findJourney } from '../find.ts';
import type { JourneyPasses } from '../news.ts';
import { cancelEnrolment, type Enrolment, findEnrolment, listEnrolments } from '../store/enrolment.sql.ts';
import { findEntryState, findNextEntry } from '../store/entry.sql.ts';
import { deleteTriggers } from '../store/trigger.sql.ts';
import { type Asked, enrolMany, type Triggered, type TriggerOutcome, trigger } from './by-hand.ts';
import { enrolmentTurn } from './enrolment.ts';
import type { Enroller } from './enter.ts';
import { hearKept, hearPasses } from './hear.ts';
import { keepEntry } from './keep.ts';
import { lineTurn } from './line.ts';
import { scheduleTurn } from './schedule.ts';

/** How people come into journeys, beside what they do. */
export interface Entries {
  /** What is kept for a journey's entry follows its live version and its state: to be called by whoever changes one. */
  keep(tx: Tx, journeyId: number): Promise<void>;
  /** Those who enter an audience that is kept for a journey are to enter the journey. */
  hearKept(tx: Tx, pieces: readonly AudienceKept[]): Promise<void>;
  /** Those whom a step puts into another journey are to enter it, and those whom it takes out are to leave. */
  hearPasses(tx: Tx, pieces: readonly JourneyPasses[]): Promise<void>;
  /** Puts people into a journey now, named by its id on the wire or by its name. */
  trigger(workspaceId: number, which: string, asked: Triggered): Promise<TriggerOutcome[]>;
  /** Puts many into it, in the background. The same key gives the same enrolment. */
  enrol(workspaceId: number, which: string, asked: Asked): Promise<Enrolment>;
  /** Those of a journey, newest first. */
  enrolments(db: Queryable, workspaceId: number, which: string): Promise<Enrolment[]>;
  enrolment(db: Queryable, workspaceId: number, which: string, id: string): Promise<Enrolment>;
  /** It ends after the page in hand: who is inside stays. */
  cancel(workspaceId: number, which: string, id: string): Promise<Enrolment>;
  /** What is kept and planned for the sake of a journey's entry. */
  state(db: Queryable, workspaceId: number, which: string): Promise<EntryState>;
  /** Forgets what requests were answered that nobody sends again. */
  purge(): Promise<void>;
  start(): Loop;
}

/** How far a journey's entry is. */
export interface EntryState {
  /** The audience that is kept for it: people judged, of so many. */
  built: Built | null;
  /** People who are in line to enter. */
  waiting: number;
  /** When its schedule calls next, or its next day begins. */
  next: Date | null;
}

const ANSWERS_KEPT_MS = 30 * 24 * 3600 * 1000;
const LISTED = 100;

interface Parts extends Enroller {
  db: Db;
  audiences: Audiences;
  messages: Pick<Messages, 'hearLeft'>;
  /** Where it is not given, no loop is started. */
  presence?: Presence;
  clock: Clock;
  log: Log;
}

export function createEntries(o: Parts): Entries {
  const { clock, db } = o;
  const byHand = { ...o, now: clock.now };
  const enrolment: Entries['enrolment'] = async (queryable, workspaceId, which, id) => {
    const journey = await findJourney(queryable, workspaceId, which);
    const found = /^\d{1,18}$/.test(id) ? await findEnrolment(queryable, journey.id, id) : undefined;
    if (!found) throw new UserError('enrolment_not_found', `there is no enrolment ${id.slice(0, 40)}`, 404);
    return found;
  };
  return {
    keep: (tx, journeyId) => keepEntry(tx, o, journeyId, clock.now()),
    hearKept: (tx, pieces) => hearKept(tx, o, pieces, clock.now()),
    hearPasses: (tx, pieces) => hearPasses(tx, pieces, clock.now()),
    trigger: (workspaceId, which, asked) => trigger(byHand, workspaceId, which, asked),
    enrol: (workspaceId, which, asked) => enrolMany(byHand, workspaceId, which, asked),
    async enrolments(queryable, workspaceId, which) {
      return listEnrolments(queryable, (await findJourney(queryable, workspaceId, which)).id, LISTED);
    },
    enrolment,
    async cancel(workspaceId, which, id) {
      const { journeyId, state } = await enrolment(db, workspaceId, which, id);
      if (!(await cancelEnrolment(db, journeyId, id, clock.now())))
        throw new UserError('enrolment_over', `enrolment ${id} is ${state}: it can not be cancelled`, 409);
      return enrolment(db, workspaceId, which, id);
    },
    async state(queryable, workspaceId, which) {
      const { id } = await findJourney(queryable, workspaceId, which);
      const { entryAudience, nextAt, waiting } = await findEntryState(queryable, id);
      const built =
        entryAudience === null ? undefined : await o.audiences.kept.built(queryable, workspaceId, entryAudience);
      return { built: built ?? null, waiting, next: nextAt };
    },
    purge: () => deleteTriggers(db, new Date(clock.now().getTime() - ANSWERS_KEPT_MS)),
    start() {
      const loop = startLoop({ name: 'entries', turn: () => entriesTurn(o), clock, log: o.log });
      o.presence?.on('enter', loop.nudge);
      return loop;
    },
  };
}

/** One of each: who is in line, a page of an enrolment, a schedule that is due. */
async function entriesTurn(o: Parts): Promise<Turn> {
  const now = o.clock.now();
  const called = await scheduleTurn(o, now);
  const line = await lineTurn(o, now);
  const enrolled = await enrolmentTurn(o, now);
  if (called || line === 'more' || enrolled) return 'more';
  return line ?? findNextEntry(o.db, now);
}
