import type { Fields, JourneyDefinition } from '@tributary/model';
import { checkJourney, type Happened, idAt, type Leaf, listensOf, matches, publicId } from '@tributary/model';
import type { RecordedActivity } from '../../../people/index.ts';
import { type Advanced, advance, type RunFacts } from '../advance.ts';
import { chance, partAt } from '../chance.ts';
import type { Moment } from '../moment.ts';
import type { RunState } from '../run-state.ts';

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

/** When Anna's deal came to Qualification, and she with it into the journey. */
export const entered = new Date('2026-03-02T08:00:00Z');
export const after = (ms: number): Date => new Date(entered.getTime() + ms);

/** A moment at which nothing is known and nothing has happened. */
export function moment(
  change: Partial<Moment> & { activities?: (condition: Leaf) => readonly Happened[] } = {},
): Moment {
  const { now = entered, fields = {}, activities = () => [] } = change;
  return {
    ...{ now, fields, shapeId: 'here', arrived: entered, entry: {}, memory: {}, timezone: 'UTC' },
    holds: (filter) => matches(filter, { fields, now, activities }),
    outcome: () => undefined,
    ...{ lastDone: undefined, winner: undefined },
    choose: (parts) => partAt(parts, chance('here')).name,
    render: (text) => text,
    read: (_, text) => text,
    ...change,
  };
}

/** A journey that is right, from its shapes. The first is the start. */
export function journeyOf(shapes: Record<string, unknown>, more: object = {}): JourneyDefinition {
  const checked = checkJourney({
    name: 'Follow-up',
    entry: { activity: 'act:cm:stage' },
    start: Object.keys(shapes)[0],
    shapes,
    ...more,
  });
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.journey;
}

/** Anna's run, as it starts. */
export function newRun(change: Partial<RunState> = {}): RunState {
  return {
    id: idAt(entered, 77n),
    personId: idAt(entered, 1n),
    journeyId: 1,
    version: 1,
    entryActivityId: idAt(entered, 10n),
    entryAt: entered,
    entry: { 'str:cm:lead-id': '42', 'str:cm:stage': 'Qualification' },
    shapeId: null,
    enteredAt: entered,
    arrivedAt: entered,
    dueAt: entered,
    listens: [],
    ...{ memory: {}, heldOut: false, held: false, test: false },
    leftAt: null,
    leftReason: null,
    goalAt: null,
    endedAt: null,
    parkedError: null,
    ...change,
  };
}

/** The run as its messages name it. */
export const runOf = (run: RunState): string => publicId(run.id, 'run');

/** Something Anna did, so long after she entered. */
export function did(activityId: string, ms: number, attributes: Fields = {}, sequence = 100n): RecordedActivity {
  const at = after(ms);
  return {
    id: idAt(at, sequence),
    personId: idAt(entered, 1n),
    activityId,
    occurredAt: at,
    attributes,
    source: 'Test',
  };
}

/** Takes the run as far as it goes, so long after she entered. */
export function move(run: RunState, journey: JourneyDefinition, ms: number, more: Partial<RunFacts> = {}): Advanced {
  return advance(run, journey, { ...factsOf(run, journey), now: after(ms), ...more });
}

/** What the engine knows of Anna, who has done nothing and of whom nothing is known. */
function factsOf(run: RunState, journey: JourneyDefinition): RunFacts {
  const { activities, fields } = listensOf(journey);
  return {
    ...{ fields: {}, timezone: 'UTC', activities: [], now: entered },
    listens: [...activities, ...fields],
    goalListens: journey.goal ? listensOf({ ...journey, exits: [], shapes: {} }).activities : [],
    lastDone: () => undefined,
    choose: (shapeId, parts) => partAt(parts, chance(run.journeyId, shapeId, run.personId)).name,
    winner: () => undefined,
    render: (text) => text,
    read: (_, text) => text,
    kept: (_, value) => ({ value }),
  };
}
