import type { Fields, JourneyDefinition } from '@tributary/model';
import { checkJourney, idAt, publicId } from '@tributary/model';
import type { RecordedActivity } from '../../../people/index.ts';
import type { Advanced, RunState } from '../advance.ts';
import { advance } from '../advance.ts';
import type { Moment } from '../moment.ts';

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

/** When Anna's deal came to Qualification, and she with it into the journey. */
export const entered = new Date('2026-03-02T08:00:00Z');
export const after = (ms: number): Date => new Date(entered.getTime() + ms);

/** A moment at which nothing is known and nothing has happened. */
export function moment(change: Partial<Moment> = {}): Moment {
  return { now: entered, arrived: entered, fields: {}, activities: () => [], ...change };
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
export function move(
  run: RunState,
  journey: JourneyDefinition,
  ms: number,
  more: { activities?: readonly RecordedActivity[]; fields?: Fields; gone?: string } = {},
): Advanced {
  const facts = { fields: {}, activities: [], asks: ['act::asked'], now: after(ms), ...more };
  return advance(run, journey, facts);
}
