import type { People, PeopleUnited } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../platform/database/pool.ts';
import type { Log } from '../platform/log.ts';
import { type Loop, startLoop } from '../platform/loop.ts';
import { type Presence, signal } from '../platform/presence.ts';
import type { AskingAudience, JourneysAsked } from './about-journeys.ts';
import { askedOf } from './concerned.ts';
import { ensureDefaults } from './defaults.ts';
import type { AudienceRow } from './definition.ts';
import { hearRecorded } from './hear.ts';
import { createKept, type KeptAudiences } from './kept.ts';
import { createLiveSets, type LiveAudience } from './live.ts';
import {
  type AudienceChange,
  type AudienceGiven,
  create,
  edit,
  findOne,
  listAsking,
  missingAmong,
  remove,
} from './manage.ts';
import { registerMembership } from './membership.ts';
import { settle } from './settle.ts';
import { type AskedStanding, missingAudiences, type Standing, standings } from './standing.ts';
import { findAudiences } from './store/audience.sql.ts';
import { countFigures, type Figures, listGrowth } from './store/figures.sql.ts';
import { listMembersAfter } from './store/member.sql.ts';
import { deletePeopleFromAudiences } from './store/subscriber.sql.ts';
import { copySaid } from './store/united.sql.ts';
import { type Saying, type Subscriptions, subscribe, subscriptionsOf, type ToldBy } from './subscriptions.ts';
import { type Topic, topicsFor } from './topics.ts';
import { audienceTurn } from './turn.ts';
import { separateSaid } from './united.ts';

export type { AskingAudience, JourneysAsked } from './about-journeys.ts';
export { type AudienceRow, askedIn, publicAudienceId } from './definition.ts';
export type { Built, KeptAudiences } from './kept.ts';
export type { AudienceChange } from './manage.ts';
export type { AudienceKept } from './news.ts';
export type { AskedStanding, Standing } from './standing.ts';
export type { Figures } from './store/figures.sql.ts';
export type { Saying, Subscriptions, ToldBy } from './subscriptions.ts';
export type { Topic } from './topics.ts';

/** An audience with its sizes. */
export type SizedAudience = AudienceRow & Figures;

/** Live groups of people: who belongs follows what is known of them, and the time. */
export interface Audiences {
  /** Gives a workspace those that every workspace starts with, once. */
  ensureDefaults(workspaceId: number): Promise<void>;
  create(workspaceId: number, given: AudienceGiven): Promise<AudienceRow>;
  edit(workspaceId: number, publicId: string, change: AudienceChange): Promise<AudienceRow>;
  remove(workspaceId: number, publicId: string): Promise<void>;
  find(workspaceId: number, publicId: string): Promise<SizedAudience & { growth: Growth[] }>;
  list(
    workspaceId: number,
    o: { archived?: boolean; search?: string; limit: number; offset: number },
  ): Promise<SizedAudience[]>;
  /** Those of these ids that are of no audience that is live. */
  missingById(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]>;
  /** A page of who belongs, in the order of their ids, and how many do; `ready` once it has been built. */
  members(
    db: Queryable,
    workspaceId: number,
    publicId: string,
    page: { after: string; limit: number },
  ): Promise<{ ids: string[]; size: number; ready: boolean }>;
  /** Those that nobody sees, kept for rooms after this one. */
  kept: KeptAudiences;
  subscribe(workspaceId: number, publicId: string, sayings: readonly Saying[]): Promise<Map<string, boolean>>;
  subscriptionsOf(db: Queryable, workspaceId: number, people: readonly string[]): Promise<Map<string, Subscriptions>>;
  /** What a person may choose of: the public audiences they belong to, and first the one that is named, by its id or name. */
  topics(db: Queryable, workspaceId: number, personId: string, named: string | undefined): Promise<Topic[]>;
  /** Writes down what a person says of several audiences, all of it or nothing. */
  choose(
    workspaceId: number,
    personId: string,
    wishes: readonly { audienceId: string; subscribed: boolean; by: ToldBy }[],
  ): Promise<void>;
  /** What people are to audiences, as sending asks: in the order asked, with two statements. */
  standings(db: Queryable, workspaceId: number, asked: readonly AskedStanding[]): Promise<Standing[]>;
  /** Those of these audiences, by id or name, that are not there or are archived. */
  missing(db: Queryable, workspaceId: number, audiences: readonly string[]): Promise<string[]>;
  /** Who belongs follows what was recorded. */
  hear: ReturnType<typeof hearRecorded>;
  /** Forgets people who are gone. */
  hearDeleted(tx: Tx, pieces: readonly { workspaceId: number; ids: readonly string[] }[]): Promise<void>;
  /** What the absorbed said of audiences is said by the survivor, the stricter of the two; who belongs is looked at anew. */
  hearUnited(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** Each says what was theirs, and the survivor what they have said since; who belongs is looked at anew for both. */
  hearSeparated(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** Whoever knows about journeys says here what audiences may ask about them. */
  askOfJourneys(journeys: JourneysAsked): void;
  /** What audiences that can be seen ask about. Locked, nobody changes it until the transaction ends. */
  asking(tx: Tx, workspaceId: number, o: { lock: boolean }): Promise<AskingAudience[]>;
  /** These people may be in other journeys than before, and no activity says so: audiences that ask it look again. */
  lookAgain(tx: Tx, workspaceId: number, people: readonly string[]): Promise<void>;
  start(): Loop;
}

interface Growth {
  day: string;
  entered: number;
  left: number;
}

const GROWTH_MS = 30 * 24 * 3_600_000;

export function createAudiences(o: { db: Db; people: People; clock: Clock; log: Log; presence?: Presence }): Audiences {
  const { db, people, clock } = o;
  let journeys: JourneysAsked | undefined;
  const managing = { people, live: createLiveSets(), journeys: () => journeys };
  registerMembership(people.filters);
  const since = (): Date => new Date(clock.now().getTime() - GROWTH_MS);
  const sized = async (workspaceId: number, rows: readonly AudienceRow[]): Promise<SizedAudience[]> => {
    const ids = rows.map(({ id }) => id);
    const figures = await countFigures(db, workspaceId, ids, since());
    return rows.map((row) => ({ ...row, ...figures.get(row.id)! }));
  };
  /** What builds them is told at once. */
  const changing = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    transaction(db, async (tx) => {
      const result = await work(tx);
      signal(tx, 'audience');
      return result;
    });

  const lookAnew = async (
    tx: Tx,
    workspaceId: number,
    who: readonly string[],
    asks: (audience: LiveAudience) => boolean = () => true,
  ): Promise<void> => {
    if (!(await managing.live.get(tx, workspaceId)).audiences.some(asks)) return;
    const live = await managing.live.lock(tx, workspaceId);
    const ids = live.audiences.filter(asks).map(({ id }) => id);
    await settle(tx, people, { workspaceId, live, now: clock.now() }, askedOf(who, ids));
  };

  return {
    ensureDefaults: (workspaceId) => changing((tx) => ensureDefaults(tx, workspaceId, clock.now())),
    create: (workspaceId, given) => changing((tx) => create(tx, managing, workspaceId, given, clock.now())),
    edit: (workspaceId, id, change) => changing((tx) => edit(tx, managing, workspaceId, id, change, clock.now())),
    remove: (workspaceId, id) => changing((tx) => remove(tx, managing, workspaceId, id)),
    async find(workspaceId, publicId) {
      const row = await findOne(db, workspaceId, publicId);
      const [audience] = await sized(workspaceId, [row]);
      return { ...audience!, growth: await listGrowth(db, row.id, since()) };
    },
    list: async (workspaceId, asked) => sized(workspaceId, await findAudiences(db, workspaceId, asked)),
    missingById: missingAmong,
    async members(queryable, workspaceId, publicId, { after, limit }) {
      const { id, members, ready } = await findOne(queryable, workspaceId, publicId);
      return { ids: await listMembersAfter(queryable, id, after, limit), size: members, ready };
    },
    kept: createKept(managing, clock.now),
    subscribe: (workspaceId, id, sayings) =>
      transaction(db, (tx) => subscribe(tx, managing, workspaceId, id, sayings, clock.now())),
    subscriptionsOf: (queryable, workspaceId, ids) => subscriptionsOf(queryable, people, workspaceId, ids),
    topics: topicsFor,
    choose: (workspaceId, personId, wishes) =>
      transaction(db, async (tx) => {
        for (const { audienceId, subscribed, by } of wishes)
          await subscribe(tx, managing, workspaceId, audienceId, [{ personId, subscribed }], clock.now(), by);
      }),
    standings,
    missing: missingAudiences,
    hear: hearRecorded(managing, clock.now),
    async hearDeleted(tx, pieces) {
      for (const { workspaceId, ids } of pieces) {
        await managing.live.lock(tx, workspaceId);
        await deletePeopleFromAudiences(tx, workspaceId, ids);
      }
    },
    async hearUnited(tx, pieces) {
      for (const piece of pieces) {
        const { workspaceId, mergeId, survivor, absorbed } = piece;
        await managing.live.lock(tx, workspaceId);
        if ((await people.identity.holdMerges(tx, [mergeId])).has(mergeId)) await copySaid(tx, piece);
        await lookAnew(tx, workspaceId, [survivor, absorbed]);
      }
    },
    async hearSeparated(tx, pieces) {
      for (const piece of pieces) {
        const { workspaceId, survivor, absorbed } = piece;
        await managing.live.lock(tx, workspaceId);
        await separateSaid(tx, piece);
        await lookAnew(tx, workspaceId, [survivor, absorbed]);
      }
    },
    askOfJourneys(asked) {
      journeys = asked;
    },
    async asking(tx, workspaceId, { lock }) {
      if (lock) await managing.live.lock(tx, workspaceId);
      return listAsking(tx, workspaceId);
    },
    lookAgain: (tx, workspaceId, who) => lookAnew(tx, workspaceId, who, (audience) => audience.journeys.size > 0),
    start() {
      const turn = () => audienceTurn({ ...managing, db, clock });
      const loop = startLoop({ name: 'audiences', turn, clock, log: o.log });
      o.presence?.on('audience', loop.nudge);
      return loop;
    },
  };
}
