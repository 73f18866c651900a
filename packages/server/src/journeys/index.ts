import type { Fields, Problem } from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { Messages, ZoneChanged } from '../messages/index.ts';
import type { People, PeopleNamed, PeopleUnited } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Queryable, Tx } from '../platform/database/pool.ts';
import type { Log } from '../platform/log.ts';
import { type Loop, startLoop } from '../platform/loop.ts';
import type { Presence } from '../platform/presence.ts';
import { decideTurn } from './ab/decide.ts';
import { createBegin } from './begin.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { createEnroller } from './entry/enter.ts';
import { createEntries, type Entries } from './entry/index.ts';
import { createExplaining, type Explaining } from './explain/index.ts';
import { follow, giveBack } from './follow.ts';
import { endRuns, forget } from './gone.ts';
import { hearRecorded } from './hear.ts';
import { createManage, type Manage } from './manage/index.ts';
import { journeysAsked, registerMembership } from './membership.ts';
import { objectionsTo } from './objections.ts';
import { settleParked } from './parked.ts';
import { COMMAND_LINE, publish } from './publish.ts';
import { type ComparedCounts, countCompared, countComparedAtSteps } from './store/compare.sql.ts';
import {
  countDue,
  countRuns,
  type EngineCounts,
  findEntries,
  listMovesOf,
  type MoveRow,
  type RunCounts,
} from './store/count.sql.ts';
import { type JourneyRow, listJourneys } from './store/journey.sql.ts';
import { listParked, type ParkedRun } from './store/parked.sql.ts';
import { counterOf } from './store/passed.sql.ts';
import { createTrials, type Trials } from './trial/index.ts';
import { engineTurns } from './turn.ts';
import { createVersions } from './versions.ts';
import { hearZone } from './zone.ts';

export type { Begin } from './begin.ts';
export { problemsByItself } from './by-itself.ts';
export type { Definitions } from './definitions.ts';
export type { TriggerOutcome } from './entry/by-hand.ts';
export { createEnroller } from './entry/enter.ts';
export { createEntries, type Entries, type EntryState } from './entry/index.ts';
export type { Explanation } from './explain/explanation.ts';
export type { JourneyFigures } from './manage/figures.ts';
export type { JourneyNow, Manage } from './manage/index.ts';
export { publicJourneyId, type Which } from './manage/managing.ts';
export type { Moving } from './manage/passages.ts';
export type { StateVerb } from './manage/states.ts';
export type { TextName } from './manage/text.ts';
export type { Contest } from './manage/variants.ts';
export type { JourneyActions } from './news.ts';
export type { ComparedCounts } from './store/compare.sql.ts';
export type { EngineCounts, MoveRow, RunCounts } from './store/count.sql.ts';
export type { Enrolment } from './store/enrolment.sql.ts';
export type { JourneyRow } from './store/journey.sql.ts';
export type { RunRow } from './store/runs.sql.ts';
export type { WholeJourney } from './store/trial.sql.ts';
export { templatesIn } from './templates.ts';
export { durationInWords } from './trial/duration.ts';
export {
  type SimulateInput,
  type Simulation,
  simulateBody,
  simulateJourneyBody,
  type Trials,
} from './trial/index.ts';
export { valueFrom } from './trial/values.ts';
export { createVersions } from './versions.ts';

/** Journeys, and everyone's way through them. */
export interface Journeys {
  /** How people come into them. */
  entries: Entries;
  /** Puts a journey on as it is given. Whose doing it is, history tells: the command line's, unless somebody is named. */
  publish(tx: Tx, workspaceId: number, definition: unknown, by?: string): Promise<JourneyRow>;
  list(db: Queryable, workspaceId: number): Promise<JourneyRow[]>;
  /** Off: nobody enters any more; who is inside goes on. */
  turn(workspaceId: number, name: string, state: 'on' | 'off'): Promise<void>;
  /** Living with journeys while people are inside. */
  manage: Manage;
  /** Starts the runs these activities call for, and wakes those that listen to them. */
  hear: ReturnType<typeof hearRecorded>;
  /** The runs of the absorbed go on as the survivor's. */
  hearUnited(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** The runs that came with them go back with them. */
  hearSeparated(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** Ends the runs of people who were archived. */
  hearArchived(tx: Tx, pieces: readonly PeopleNamed[]): Promise<void>;
  /** Ends the runs of people who were deleted, and forgets what is personal in them. */
  hearDeleted(tx: Tx, pieces: readonly PeopleNamed[]): Promise<void>;
  /** Wakes the runs that wait by a workspace's time zone. */
  hearZone(tx: Tx, pieces: readonly ZoneChanged[]): Promise<void>;
  counts(db: Queryable, journeyIds: readonly number[]): Promise<Map<number, RunCounts[]>>;
  /** Who went through a journey, and who was held out of it; and the same of each of its steps that held somebody out. */
  compared(db: Queryable, journeyId: number): Promise<ComparedCounts[]>;
  comparedAtSteps(db: Queryable, journeyId: number): Promise<(ComparedCounts & { shapeId: string })[]>;
  engineCounts(db: Queryable): Promise<EngineCounts>;
  /** The runs that the engine could not move, oldest first. */
  parked(db: Queryable, workspaceId: number, limit: number): Promise<ParkedRun[]>;
  /** Tries a parked run again, or ends it. False when no run of that id is parked. */
  settleParked(workspaceId: number, id: string, how: 'retry' | 'end'): Promise<boolean>;
  /** What a person's runs did, newest first, before a moment if one is given; of the last moment all. */
  movesOf(db: Queryable, personId: string, limit: number, before?: Date): Promise<MoveRow[]>;
  /** The attributes of the activities that started these runs. */
  entriesOf(db: Queryable, runIds: readonly string[]): Promise<Map<string, Fields>>;
  /** What journeys say, to be read and to be judged. */
  definitions: Definitions;
  /** Why somebody is where they are, and why they did or did not get something. */
  explaining: Explaining;
  /** Playing a journey through, with nothing stored and nothing sent. */
  trials: Trials;
  start(): Loop;
}

export function createJourneys(o: {
  db: Db;
  people: People;
  audiences: Audiences;
  messages: Messages;
  presence: Presence;
  clock: Clock;
  log: Log;
  /** What is wrong with the steps that connectors are to take: they know. */
  actionProblems?: (shapes: Readonly<Record<string, unknown>>) => Problem[];
  /** The connectors that a workspace is connected by. */
  connected?: (workspaceId: number) => Promise<ReadonlySet<string>>;
}): Journeys {
  const versions = createVersions();
  o.presence.on('journey', versions.forget);
  registerMembership(o.people.filters);
  o.audiences.askOfJourneys(journeysAsked);
  o.messages.askOfJourneys((db, asked) => objectionsTo(db, versions, asked));
  const begin = createBegin({ ...o, versions, counter: counterOf(o.presence.process, 'beginning') });
  const enroller = createEnroller({ people: o.people, versions, begin });
  const entries = createEntries({ ...o, ...enroller });
  const manage = createManage({ ...o, ...enroller, keep: entries.keep });
  return {
    entries,
    publish: (tx, workspaceId, definition, by) =>
      publish(tx, { ...o, keep: entries.keep }, workspaceId, definition, o.clock.now(), by),
    list: listJourneys,
    turn: (workspaceId, name, state) =>
      manage.changeState(workspaceId, { name }, state === 'on' ? 'open' : 'drain', { by: COMMAND_LINE }),
    manage,
    hear: hearRecorded(enroller, o.clock.now),
    hearUnited: (tx, pieces) => follow(tx, { ...o, versions }, pieces, o.clock.now()),
    hearSeparated: (tx, pieces) => giveBack(tx, o, pieces, o.clock.now()),
    hearArchived: (tx, pieces) => endRuns(tx, pieces, o.clock.now()),
    hearDeleted: (tx, pieces) => forget(tx, pieces, o.clock.now()),
    hearZone: (tx, pieces) => hearZone(tx, versions, pieces, o.clock.now()),
    counts: countRuns,
    compared: countCompared,
    comparedAtSteps: countComparedAtSteps,
    engineCounts: (db) => countDue(db, o.clock.now()),
    parked: listParked,
    settleParked: (workspaceId, id, how) => settleParked({ ...o, versions }, workspaceId, id, how, o.clock.now()),
    movesOf: listMovesOf,
    entriesOf: findEntries,
    definitions: createDefinitions(o),
    explaining: createExplaining({ ...o, versions }),
    trials: createTrials(o),
    start() {
      const loop = startLoop({
        name: 'journeys',
        turn: engineTurns({ ...o, versions }),
        clock: o.clock,
        log: o.log,
      });
      o.presence.on('run', loop.nudge);
      const winners = startLoop({
        name: 'winners of journeys',
        turn: () => decideTurn({ ...o, versions }),
        clock: o.clock,
        log: o.log,
      });
      return {
        nudge: loop.nudge,
        close: async () => void (await Promise.all([loop.close(), winners.close()])),
      };
    },
  };
}
