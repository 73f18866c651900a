import { type JourneyDefinition, type Names, publicId, stepTitle } from '@tributary/model';
import type { Audiences } from '../../audiences/index.ts';
import type { MessageRow, Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { STEP_FAILED } from '../activities.ts';
import { objectionOnceLeft } from '../objections.ts';
import {
  findJourneyOfRun,
  listMovesOfRuns,
  listRunsOfPerson,
  type MoveOfRun,
  type RunOfPerson,
} from '../store/explain.sql.ts';
import { findWholeJourney, listWholeJourneys, type WholeJourney } from '../store/trial.sql.ts';
import { loadSomebody, personTold, type Somebody } from '../trial/person.ts';
import type { Version, Versions } from '../versions.ts';
import { enteringOf } from './entering.ts';
import type { ExplainAsked, Explanation, JourneyExplained, RunExplained } from './explanation.ts';
import { factsNow } from './facts.ts';
import { linesOf } from './lines.ts';
import { loadNames } from './names.ts';
import { type Standing, standingOf } from './standing.ts';

export interface Explaining {
  /** `who`: an address or an id. */
  explain(workspaceId: number, who: string, asked: ExplainAsked): Promise<Explanation>;
  /** What a workspace calls its fields, activities, attributes and audiences. */
  names(workspaceId: number): Promise<Names>;
}

interface Of {
  db: Db;
  people: People;
  audiences: Audiences;
  messages: Messages;
  versions: Versions;
  clock: Clock;
}

const RUNS_MAX = 20;
const MESSAGES_MAX = 500;
const FAILURES_MAX = 100;

export function createExplaining(o: Of): Explaining {
  return {
    names: (workspaceId) => loadNames(o, workspaceId),
    async explain(workspaceId, who, asked) {
      const somebody = await loadSomebody(o, workspaceId, who);
      const personId = somebody.id!;
      const messages = await o.messages.listOfPerson(o.db, workspaceId, personId, MESSAGES_MAX);
      const { journeys, shape } = await askedFor(o, workspaceId, asked, messages);
      const names = await loadNames(o, workspaceId);
      const failures = await failuresOf(o, workspaceId, personId);
      const explained: JourneyExplained[] = [];
      for (const journey of journeys) {
        explained.push(await explainJourney(o, workspaceId, { journey, somebody, messages, failures, names, shape }));
      }
      return {
        person: {
          ...personTold(somebody),
          ...(somebody.archivedAt ? { archived_at: somebody.archivedAt } : {}),
          unsubscribed: somebody.fields['bol::p'] === false,
          ...(somebody.suppressed === undefined ? {} : { suppressed: somebody.suppressed }),
        },
        journeys: explained,
      };
    },
  };
}

/** The journeys that are asked about, and the shape where one is. */
async function askedFor(
  { db }: Of,
  workspaceId: number,
  { journey: named, shape, message }: ExplainAsked,
  messages: readonly MessageRow[],
): Promise<{ journeys: WholeJourney[]; shape: string | undefined }> {
  if (message !== undefined) {
    const found = messages.find(({ id }) => publicId(id, 'message') === message);
    if (!found) throw new UserError('message_not_found', `the person has no message "${message}"`, 404);
    const all = await listWholeJourneys(db, workspaceId);
    // Of a try, the message names no journey: no figure is to tell of it.
    const journeyId = found.journeyId ?? (found.runId && (await findJourneyOfRun(db, found.personId, found.runId)));
    return { journeys: all.filter(({ id }) => id === journeyId), shape: found.shapeId ?? undefined };
  }
  if (named === undefined) {
    if (shape !== undefined) throw new UserError('bad_request', 'shape: say which journey it is of');
    const all = await listWholeJourneys(db, workspaceId);
    return { journeys: all.filter(({ version }) => version !== null), shape };
  }
  const journey = await findWholeJourney(db, workspaceId, named);
  if (!journey) throw new UserError('journey_not_found', `there is no journey "${named}": see "journeys list"`, 404);
  return { journeys: [journey], shape };
}

/** A step is one of the live version, or of one that the person went by. */
function checkShape(shape: string, live: Version, own: readonly Version[]): void {
  if ([live, ...own].some(({ definition }) => Object.hasOwn(definition.shapes, shape))) return;
  const known = Object.keys(live.definition.shapes).join(', ');
  throw new UserError('shape_not_found', `"${live.name}" has no shape "${shape}": it has ${known}`, 404);
}

async function explainJourney(
  o: Of,
  workspaceId: number,
  of: {
    journey: WholeJourney;
    somebody: Somebody;
    messages: readonly MessageRow[];
    failures: readonly Failure[];
    names: Names;
    shape: string | undefined;
  },
): Promise<JourneyExplained> {
  const { journey, somebody, names, shape } = of;
  const now = o.clock.now();
  const asked = { personId: somebody.id!, journeyId: journey.id, limit: RUNS_MAX };
  const rows = await listRunsOfPerson(o.db, workspaceId, asked);
  // What was never published may be tried.
  const number = journey.version ?? rows[0]?.version;
  if (number === undefined) {
    throw new UserError('journey_not_published', `"${journey.name}" was never published: nobody is in it`, 409);
  }
  const version = await o.versions.get(o.db, journey.id, number);
  const ownVersions = await Promise.all(rows.map((run) => o.versions.get(o.db, journey.id, run.version)));
  if (shape !== undefined) checkShape(shape, version, ownVersions);
  const moves = await listMovesOfRuns(
    o.db,
    rows.map(({ id }) => id),
  );
  const runs: RunExplained[] = [];
  for (const [i, run] of rows.entries()) {
    const own = ownVersions[i]!;
    const facts = await factsNow(o, workspaceId, { version: own, somebody, run, names, now });
    const exitRule = moves.find((move) => move.runId === run.id && move.exitRule !== null)?.exitRule ?? undefined;
    const standing = standingOf(run, own, facts, { paused: journey.state === 'paused', live: version, exitRule });
    runs.push(runTold(run, standing, { ...of, moves, definition: own.definition }));
  }
  const facts = await factsNow(o, workspaceId, { version, somebody, run: undefined, names, now });
  const entry = await enteringOf(o, workspaceId, { journey, version, somebody, runs: rows, facts, names });
  const told = {
    journey: { id: version.campaignId, name: journey.name, state: journey.state, version: journey.version },
    ...{ runs, entry },
  };
  return { ...told, lines: linesOf(told, { shape, definition: version.definition }) };
}

interface Failure {
  /** As it is outside. */
  runId: string;
  at: Date;
  shape: string;
  reason: string;
}

/** The steps of somebody's runs that went wrong, as their timeline has them, oldest first. */
async function failuresOf({ db, people }: Of, workspaceId: number, personId: string): Promise<Failure[]> {
  const asked = { personId, activityIds: [STEP_FAILED], limit: FAILURES_MAX, offset: 0 };
  const { activities } = await people.history(db, workspaceId, asked);
  return activities
    .map(({ occurredAt: at, attributes }) => ({
      ...{ runId: String(attributes['idt::jri']), at },
      ...{ shape: String(attributes['str::jsi']), reason: String(attributes['str::jsl']) },
    }))
    .reverse();
}

function runTold(
  run: RunOfPerson,
  standing: Standing,
  {
    moves,
    failures,
    messages,
    definition,
  }: {
    moves: readonly MoveOfRun[];
    failures: readonly Failure[];
    messages: readonly MessageRow[];
    definition: JourneyDefinition;
  },
): RunExplained {
  const titled = <Shape extends string | null>(shape: Shape): { shape: Shape; title?: string } => {
    const title = stepTitle(definition.shapes, shape);
    return title === undefined ? { shape } : { shape, title };
  };
  return {
    ...{ id: publicId(run.id, 'run'), version: run.test ? null : run.version, test: run.test },
    ...{
      entered_at: run.enteredAt,
      entry: run.entry,
      ...titled(run.shapeId),
      arrived_at: run.arrivedAt,
      goal_at: run.goalAt,
    },
    standing,
    moves: moves
      .filter(({ runId }) => runId === run.id)
      .map(({ at, shapeId, did }) => ({ at, ...titled(shapeId), did })),
    failures: failures
      .filter(({ runId }) => runId === publicId(run.id, 'run'))
      .map(({ at, shape, reason }) => ({ at, ...titled(shape), reason })),
    messages: messages
      .filter(({ runId }) => runId === run.id)
      .map((message) => ({
        id: publicId(message.id, 'message'),
        ...{ ...titled(message.shapeId), template: message.template, subject: message.subject },
        ...outcomeOf(message, run, definition),
        ...{ queued_at: message.queuedAt, sent_at: message.sentAt },
        ...{ opened_at: message.openedAt, clicked_at: message.clickedAt, replied_at: message.repliedAt },
      }))
      .reverse(),
  };
}

/** What waits of somebody who has left is not sent any more, also before whoever sends has come to write that down. */
function outcomeOf(
  { state, reason }: MessageRow,
  run: RunOfPerson,
  definition: JourneyDefinition,
): Pick<MessageRow, 'state' | 'reason'> {
  const gone = state === 'queued' ? objectionOnceLeft(definition, run) : undefined;
  return gone ? { state: 'skipped', reason: gone.reason } : { state, reason };
}
