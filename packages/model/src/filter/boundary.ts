import type { Value } from '../value.ts';
import { addYears, dayAt, startOf, today } from './days.ts';
import { dayOf, instantOf } from './holds.ts';
import type { Asked, Day, Test } from './test.ts';

/** Never, by the mere passing of time. */
export const NEVER = Number.POSITIVE_INFINITY;

const DAY_MS = 24 * 3600 * 1000;

/**
 * The next moment at which time alone may change what a test says of a value,
 * in milliseconds. To look once too often does no harm, so around 29 February
 * there are some more than need be.
 */
export function boundaryOf({ test }: Asked, value: Value | undefined, now: Date): number {
  switch (test.kind) {
    case 'instant': {
      const at = instantOf(value);
      // The moment after: at the very moment "not before" still holds.
      const moved = [test.from, test.before].flatMap((end) => (end && 'ago' in end ? [at + end.ago + 1] : []));
      return firstAfter(now, moved);
    }
    case 'days': {
      const day = dayOf(value, test.timezone);
      const moved = [test.from, test.to].flatMap((end) => (end && 'inDays' in end && day ? passes(end, day) : []));
      return firstStart(now, moved, test.timezone);
    }
    case 'anniversary':
      return anniversary(test, value, now);
    default:
      return NEVER;
  }
}

/** The days on which "today and so many days and years" may pass a day. */
function passes({ inDays, inYears }: Extract<Day, { inDays: number }>, day: Date): number[] {
  const shifted = new Date(day.getTime() - inDays * DAY_MS);
  const passed = inYears ? addYears(shifted, -inYears) : shifted;
  const around = inYears ? [-1, 0, 1, 2] : [0, 1];
  return around.map((more) => passed.getTime() + more * DAY_MS);
}

function anniversary(
  { inDays, timezone }: Extract<Test, { kind: 'anniversary' }>,
  value: Value | undefined,
  now: Date,
): number {
  const day = dayOf(value, timezone);
  if (!day) return NEVER;
  const years = dayAt({ inDays }, today(now, timezone)).getUTCFullYear() - day.getUTCFullYear();
  const days = [-1, 0, 1, 2].flatMap((more) => {
    const on = addYears(day, years + more).getTime() - inDays * DAY_MS;
    return [on, on + DAY_MS];
  });
  return firstStart(now, days, timezone);
}

/** When the first of these days begins that begins after now. */
function firstStart(now: Date, days: readonly number[], timezone: string): number {
  const near = days.filter((day) => day > now.getTime() - 2 * DAY_MS);
  return firstAfter(
    now,
    near.map((day) => startOf(new Date(day), timezone).getTime()),
  );
}

function firstAfter(now: Date, moments: readonly number[]): number {
  return moments.reduce((first, at) => (at > now.getTime() && at < first ? at : first), NEVER);
}
