import { type IntakeItem, publicId } from '@tributary/model';
import type { MessageRequest, Messages } from '../messages/index.ts';
import type { People, Person, RecordedActivity } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Turn } from '../platform/loop.ts';
import { leave } from '../platform/news.ts';
import { type Advanced, advance, type RunState } from './engine/advance.ts';
import type { JourneyActions } from './news.ts';
import { eraseRuns } from './store/erase.sql.ts';
import { claimDueRuns, insertMoves, nextDue, updateRuns } from './store/run.sql.ts';
import type { Version, Versions } from './versions.ts';

export interface Engine {
  db: Db;
  people: People;
  messages: Messages;
  versions: Versions;
  clock: Clock;
  log: Log;
}

const CLAIMED_AT_ONCE = 500;
const HELD_MS = 5;

/**
 * One turn of the engine: takes runs that are due, moves each as far as it
 * goes, and writes all that comes of it in the same transaction. A run that can
 * not be moved is parked with its error, and does not hold up the others.
 */
export async function engineTurn(engine: Engine): Promise<Turn> {
  const now = engine.clock.now();
  const claimed = await transaction(engine.db, async (tx) => {
    const runs = await claimDueRuns(tx, now, CLAIMED_AT_ONCE);
    if (runs.length > 0) await write(tx, engine, await advanceAll(tx, engine, runs, now), now);
    return runs.length;
  });
  if (claimed === CLAIMED_AT_ONCE) return 'more';
  const next = await nextDue(engine.db);
  // Due, and not claimed: news about its person holds it for a moment, and will not call us when it lets go.
  return next && next <= now ? new Date(now.getTime() + HELD_MS) : next;
}

interface Step extends Advanced {
  before: RunState;
  version: Version;
}

async function advanceAll(tx: Tx, engine: Engine, runs: readonly RunState[], now: Date): Promise<Step[]> {
  const versions = new Map<RunState, Version>();
  for (const run of runs) versions.set(run, await engine.versions.get(tx, run.journeyId, run.version));
  const steps: Step[] = [];
  for (const workspaceId of new Set([...versions.values()].map((version) => version.workspaceId))) {
    const own = runs.filter((run) => versions.get(run)!.workspaceId === workspaceId);
    const asks = [...new Set(own.flatMap((run) => versions.get(run)!.asks))];
    const people = await engine.people.find(tx, workspaceId, [...new Set(own.map((run) => run.personId))]);
    // Somebody may have become another a moment ago, whose news has not been heard yet.
    const current = (run: RunState): string => people.get(run.personId)?.id ?? run.personId;
    const since = own.map((run) => ({ personId: current(run), since: run.entryAt }));
    const done = groupByPerson(await engine.people.activitiesSince(tx, workspaceId, since, asks));
    const deleted = own.filter((run) => !people.has(run.personId)).map((run) => run.personId);
    // Enrolled by news from before: what the news of the deletion has erased in other runs goes here, too.
    if (deleted.length > 0) await eraseRuns(tx, deleted, now);
    for (const before of own) {
      const version = versions.get(before)!;
      const person = people.get(before.personId);
      const facts = {
        fields: person?.fields ?? {},
        gone: whyGone(person),
        activities: done.get(current(before)) ?? [],
        now,
        asks: version.asks,
      };
      try {
        steps.push({ before, version, ...advance(before, version.definition, facts) });
      } catch (error) {
        engine.log.error({ err: error, run: before.id, journey: version.name }, 'a run is parked: it can not be moved');
        steps.push({ before, version, ...parked(before, messageOf(error)) });
      }
    }
  }
  return steps;
}

function whyGone(person: Person | undefined): string | undefined {
  if (!person) return 'the person was deleted';
  return person.archivedAt ? 'the person was archived' : undefined;
}

function parked(run: RunState, error: string): Advanced {
  const moves = [{ runId: run.id, shapeId: run.shapeId, did: `parked: ${error}` }];
  return { run: { ...run, dueAt: null, parkedError: error }, moves, effects: [] };
}

async function write(tx: Tx, engine: Engine, steps: readonly Step[], now: Date): Promise<void> {
  await updateRuns(
    tx,
    steps.map((step) => step.run),
  );
  await insertMoves(
    tx,
    steps.flatMap((step) => step.moves),
    now,
  );
  const emails = steps.flatMap((step) =>
    step.effects.flatMap(({ shapeId, effect }) =>
      effect.kind === 'email' ? [emailRequest(step, shapeId, effect.template, now)] : [],
    ),
  );
  if (emails.length > 0) await engine.messages.queue(tx, emails);
  for (const workspaceId of new Set(steps.map((step) => step.version.workspaceId))) {
    const own = steps.filter((step) => step.version.workspaceId === workspaceId);
    const actions = own.flatMap((step) => actionsOf(step, now));
    if (actions.length > 0) leave(tx, now, 'journeys.action', { workspaceId, actions });
    const left = own.filter((step) => step.run.leftAt && !step.before.leftAt).map(leftItem);
    if (left.length > 0) await engine.people.recordIn(tx, workspaceId, left);
  }
}

/** A run comes to a shape once at one moment, so run, shape and moment name the request. */
const requestKey = (step: Step, shapeId: string, now: Date): string => `${step.run.id}/${shapeId}/${now.toISOString()}`;

function emailRequest(step: Step, shapeId: string, template: string, now: Date): MessageRequest {
  const { run, version } = step;
  return {
    workspaceId: version.workspaceId,
    personId: run.personId,
    content: { channel: 'email', template },
    requestKey: requestKey(step, shapeId, now),
    journeyId: version.journeyId,
    runId: run.id,
    shapeId,
    entry: run.entry,
    entryActivityId: version.definition.entry.activity,
    attributes: {
      'idt::c': version.campaignId,
      'str::cn': version.name,
      'str::ct': 'journey',
      'str::jsi': shapeId,
      'idt::jri': publicId(run.id, 'run'),
    },
    at: now,
  };
}

function actionsOf(step: Step, now: Date): JourneyActions['actions'] {
  const { run, version } = step;
  return step.effects.flatMap(({ shapeId, effect }) =>
    effect.kind !== 'action'
      ? []
      : [
          {
            key: requestKey(step, shapeId, now),
            connector: effect.connector,
            action: effect.action,
            input: effect.input,
            personId: run.personId,
            runId: run.id,
            shapeId,
            journeyName: version.name,
            campaignId: version.campaignId,
            entryActivity: version.definition.entry.activity,
            entry: run.entry,
            at: now.toISOString(),
          },
        ],
  );
}

function leftItem({ run, version }: Step): IntakeItem {
  return {
    who: { personId: run.personId },
    fields: {},
    source: 'Journey',
    activity: {
      id: 'act::lj',
      attributes: {
        'idt::c': version.campaignId,
        'str::cn': version.name,
        'str::pr': run.leftReason,
        'str::jsi': run.shapeId ?? '',
        'idt::jri': publicId(run.id, 'run'),
      },
    },
  };
}

function groupByPerson(activities: readonly RecordedActivity[]): Map<string, RecordedActivity[]> {
  const groups = new Map<string, RecordedActivity[]>();
  for (const activity of activities) {
    const group = groups.get(activity.personId);
    if (group) group.push(activity);
    else groups.set(activity.personId, [activity]);
  }
  return groups;
}
