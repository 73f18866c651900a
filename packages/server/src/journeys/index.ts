import type { Fields } from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { Messages } from '../messages/index.ts';
import { createIds, type People, type PeopleNamed, type PeopleRecorded, type PeopleUnited } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Queryable, Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Loop, startLoop } from '../platform/loop.ts';
import type { Presence } from '../platform/presence.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { enrol } from './entry/enrol.ts';
import { createExplaining, type Explaining } from './explain/index.ts';
import { follow, giveBack } from './follow.ts';
import { endRuns, forget } from './gone.ts';
import { settleParked } from './parked.ts';
import { publish } from './publish.ts';
import {
  countDue,
  countRuns,
  type EngineCounts,
  findEntries,
  listMovesOf,
  type MoveRow,
  type RunCounts,
} from './store/count.sql.ts';
import { type JourneyRow, listJourneys, updateJourneyState } from './store/journey.sql.ts';
import { listParked, type ParkedRun } from './store/parked.sql.ts';
import { createTrials, type Trials } from './trial/index.ts';
import { engineTurn } from './turn.ts';
import { createVersions } from './versions.ts';
import { wake } from './wake.ts';

export type { Definitions } from './definitions.ts';
export type { Explanation } from './explain/explanation.ts';
export type { JourneyActions } from './news.ts';
export type { EngineCounts, MoveRow, RunCounts } from './store/count.sql.ts';
export type { JourneyRow } from './store/journey.sql.ts';
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

/** Journeys, and everyone's way through them. */
export interface Journeys {
  publish(tx: Tx, workspaceId: number, definition: unknown): Promise<JourneyRow>;
  list(db: Queryable, workspaceId: number): Promise<JourneyRow[]>;
  /** Off: nobody enters any more; who is inside goes on. */
  turn(db: Queryable, workspaceId: number, name: string, state: 'on' | 'off'): Promise<JourneyRow>;
  /** Starts the runs these activities call for, and wakes those that listen to them. */
  hear(tx: Tx, pieces: readonly PeopleRecorded[]): Promise<void>;
  /** The runs of the absorbed go on as the survivor's. */
  hearUnited(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** The runs that came with them go back with them. */
  hearSeparated(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** Ends the runs of people who were archived. */
  hearArchived(tx: Tx, pieces: readonly PeopleNamed[]): Promise<void>;
  /** Ends the runs of people who were deleted, and forgets what is personal in them. */
  hearDeleted(tx: Tx, pieces: readonly PeopleNamed[]): Promise<void>;
  counts(db: Queryable, journeyId: number): Promise<RunCounts[]>;
  engineCounts(db: Queryable): Promise<EngineCounts>;
  /** The runs that the engine could not move, oldest first. */
  parked(db: Queryable, workspaceId: number, limit: number): Promise<ParkedRun[]>;
  /** Tries a parked run again, or ends it. False when no run of that id is parked. */
  settleParked(workspaceId: number, id: string, how: 'retry' | 'end'): Promise<boolean>;
  movesOf(db: Queryable, personId: string, limit: number): Promise<MoveRow[]>;
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
}): Journeys {
  const versions = createVersions();
  const enroller = { people: o.people, versions, runIds: createIds('run_number') };
  return {
    publish: (tx, workspaceId, definition) => publish(tx, o, workspaceId, definition, o.clock.now()),
    list: listJourneys,
    async turn(db, workspaceId, name, state) {
      const journey = await updateJourneyState(
        db,
        workspaceId,
        name,
        state === 'on' ? 'on' : 'draining',
        o.clock.now(),
      );
      if (!journey) throw new UserError('journey_not_found', `there is no journey "${name}": see "journeys list"`, 404);
      return journey;
    },
    async hear(tx, pieces) {
      const now = o.clock.now();
      await wake(tx, versions, pieces, now);
      await enrol(tx, enroller, pieces, now);
    },
    hearUnited: (tx, pieces) => follow(tx, { people: o.people, versions }, pieces, o.clock.now()),
    hearSeparated: (tx, pieces) => giveBack(tx, pieces, o.clock.now()),
    hearArchived: (tx, pieces) => endRuns(tx, pieces, o.clock.now()),
    hearDeleted: (tx, pieces) => forget(tx, pieces, o.clock.now()),
    counts: countRuns,
    engineCounts: (db) => countDue(db, o.clock.now()),
    parked: listParked,
    settleParked: (workspaceId, id, how) => settleParked(o.db, workspaceId, id, how, o.clock.now()),
    movesOf: listMovesOf,
    entriesOf: findEntries,
    definitions: createDefinitions(o),
    explaining: createExplaining({ ...o, versions }),
    trials: createTrials(o),
    start() {
      const loop = startLoop({
        name: 'journeys',
        turn: () => engineTurn({ ...o, versions }),
        clock: o.clock,
        log: o.log,
      });
      o.presence.on('run', loop.nudge);
      return loop;
    },
  };
}
