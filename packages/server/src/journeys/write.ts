import { type IntakeItem, publicId } from '@tributary/model';
import type { MessageRequest, Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import { ended, endedItem, stepItem, titleOf } from './activities.ts';
import type { Effect } from './engine/move.ts';
import type { JourneyActions, JourneyPasses } from './news.ts';
import { objectionOnceLeft } from './objections.ts';
import { passedIn } from './passed.ts';
import { rulesOf } from './sending-rules.ts';
import type { Step } from './step.ts';
import { upsertDone } from './store/done.sql.ts';
import { addPassed } from './store/passed.sql.ts';
import { insertMoves } from './store/run.sql.ts';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** Everything that comes of these moves but the runs themselves, in their transaction. */
export async function writeEffects(
  tx: Tx,
  o: { people: People; messages: Messages; counter: number },
  workspaceId: number,
  steps: readonly Step[],
  now: Date,
  /** The people are held already. */
  { held = false } = {},
): Promise<void> {
  insertMoves(
    tx,
    steps.flatMap((step) => step.moves),
    now,
  );
  const effects = <K extends Effect['kind']>(kind: K): Asked<K>[] =>
    steps.flatMap((step) =>
      step.effects.flatMap(({ shapeId, effect }) =>
        effect.kind === kind ? [{ step, shapeId, effect: effect as Of<K> }] : [],
      ),
    );
  const messages = effects('message').map((asked) => messageRequest(asked, now));
  await o.messages.queue(tx, messages);
  o.messages.hearLeft(
    tx,
    steps.filter(stopsMail).map(({ run }) => run),
  );
  const actions = effects('action').map((asked) => actionOf(asked, now));
  if (actions.length > 0) leave(tx, now, 'journeys.action', { workspaceId, actions });
  const passes = effects('pass').map(passOf);
  if (passes.length > 0) leave(tx, now, 'journeys.pass', { workspaceId, passes });
  upsertDone(
    tx,
    workspaceId,
    // A try takes nothing from what the person may have for real.
    effects('done').flatMap(({ step, shapeId }) => (step.run.test ? [] : [{ ...step.run, shapeId }])),
    now,
  );
  await tellTimelines(tx, o.people, workspaceId, { changes: effects('change'), left: steps.filter(leaves), held }, now);
  // Last, so that nobody who counts the same waits for more than our end.
  addPassed(tx, o.counter, passedIn(steps));
}

/** Whether the run has left, and what it had asked for before is not to be sent. */
const stopsMail = ({ before, run, version }: Step): boolean =>
  before.leftAt === null && before.shapeId !== null && objectionOnceLeft(version.definition, run) !== undefined;

const leaves = ({ before, run }: Step): boolean => run.leftAt !== null && before.leftAt === null && !run.test;

/** Changes people, and says on their timelines how that went and who has left. */
async function tellTimelines(
  tx: Tx,
  people: People,
  workspaceId: number,
  { changes, left, held }: { changes: readonly Asked<'change'>[]; left: readonly Step[]; held: boolean },
  now: Date,
): Promise<void> {
  if (changes.length > 0) {
    const items = [...changes.map(changeItem), ...left.map(({ run, version }) => endedItem(run, version))];
    await tellHow(tx, people, workspaceId, changes, await people.recordIn(tx, workspaceId, items));
    return;
  }
  if (left.length === 0) return;
  const ids = left.map(({ run }) => run.personId);
  const here = held ? new Map(ids.map((id) => [id, id])) : await people.identity.hold(tx, workspaceId, ids);
  const told = left.flatMap(({ run, version }) => {
    const personId = here.get(run.personId);
    return personId === undefined ? [] : [ended({ ...run, personId }, version)];
  });
  await people.tell(tx, workspaceId, told, now);
}

interface Asked<K extends Effect['kind']> {
  step: Step;
  shapeId: string;
  effect: Of<K>;
}

/** A run comes to a shape once at one moment, so run, shape and moment name the request. */
const requestKey = (step: Step, shapeId: string, now: Date): string => `${step.run.id}/${shapeId}/${now.toISOString()}`;

function messageRequest({ step, shapeId, effect }: Asked<'message'>, now: Date): MessageRequest {
  const { run, version } = step;
  return {
    workspaceId: version.workspaceId,
    personId: run.personId,
    content: effect.content,
    // Whoever tries a journey wants to see all of it.
    rules: { ...rulesOf(version.definition, effect.sending), ...(run.test ? { cap: 'none' as const } : {}) },
    requestKey: requestKey(step, shapeId, now),
    // Of a try no journey's figures tell.
    ...(run.test ? {} : { journeyId: version.journeyId }),
    runId: run.id,
    shapeId,
    entry: run.entry,
    entryActivityId: version.trigger?.activity,
    attributes: {
      'idt::c': version.campaignId,
      'str::cn': version.name,
      'str::ct': 'journey',
      'str::jsi': shapeId,
      ...titleOf(version, shapeId),
      'idt::jri': publicId(run.id, 'run'),
    },
    at: now,
  };
}

function actionOf({ step, shapeId, effect }: Asked<'action'>, now: Date): JourneyActions['actions'][number] {
  const { run, version } = step;
  return {
    key: requestKey(step, shapeId, now),
    connector: effect.connector,
    action: effect.action,
    input: effect.input,
    personId: run.personId,
    runId: run.id,
    shapeId,
    journeyName: version.name,
    shapeTitle: version.definition.shapes[shapeId]?.title,
    campaignId: version.campaignId,
    entryActivity: version.trigger?.activity ?? '',
    entry: run.entry,
    at: now.toISOString(),
  };
}

function passOf({ step, shapeId, effect }: Asked<'pass'>): JourneyPasses['passes'][number] {
  const { run } = step;
  return {
    do: effect.do,
    journey: effect.journey,
    personId: run.personId,
    runId: run.id,
    journeyId: run.journeyId,
    version: run.version,
    shapeId,
    entry: run.entry,
    depth: (run.memory.depth ?? 0) + 1,
    tell: effect.tell,
  };
}

function changeItem({ step, effect }: Asked<'change'>): IntakeItem {
  return {
    who: { personId: step.run.personId },
    fields: { ...effect.set },
    clear: effect.clear,
    tags: effect.add,
    unsetTags: effect.remove,
    existingOnly: true,
    source: 'Journey',
  };
}

/** Changes that were refused are told on the timeline, and so is how it went where the run waits to hear it. */
async function tellHow(
  tx: Tx,
  people: People,
  workspaceId: number,
  changes: readonly Asked<'change'>[],
  outcomes: Awaited<ReturnType<People['recordIn']>>,
): Promise<void> {
  const items = changes.flatMap(({ step, shapeId, effect }, i) => {
    const outcome = outcomes[i]!;
    const failed = 'error' in outcome ? outcome.error : undefined;
    if (failed === undefined && !effect.tell) return [];
    return [stepItem(step.run, step.version, { shapeId, kind: 'change', failed })];
  });
  if (items.length > 0) await people.recordIn(tx, workspaceId, items);
}
