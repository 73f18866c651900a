import { wall } from '../time/zone.ts';
import type { Day } from './test.ts';

const DAY_MS = 24 * 3600 * 1000;

/** The day of a moment in a time zone, as midnight UTC of that day. */
export function today(at: Date, timezone: string): Date {
  const local = timezone === 'UTC' ? at : wall(at, timezone);
  return new Date(Math.floor(local.getTime() / DAY_MS) * DAY_MS);
}

/** The moment at which the day begins that is so many days after that of `at`; after a gap of the clock, where it ends. */
export function startOfDay(at: Date, timezone: string, inDays: number): Date {
  return startOf(new Date(today(at, timezone).getTime() + inDays * DAY_MS), timezone);
}

/** The moment at which a day, given as midnight UTC, begins in a time zone. */
export function startOf(day: Date, timezone: string): Date {
  if (timezone === 'UTC') return day;
  const midnight = day.getTime();
  // The offset of a zone changes by hours, not days: two looks find it.
  let guess = midnight;
  for (let look = 0; look < 2; look++) guess = midnight - (wall(new Date(guess), timezone).getTime() - guess);
  return new Date(guess);
}

/** A day, seen from today, as midnight UTC. 29 February is 28 February in years that have none. */
export function dayAt(day: Day, todayIs: Date): Date {
  if ('on' in day) return new Date(`${day.on}T00:00:00Z`);
  const moved = day.inYears ? addYears(todayIs, day.inYears) : todayIs;
  return new Date(moved.getTime() + day.inDays * DAY_MS);
}

/** 29 February becomes the 28th in years that have none. */
export function addYears(day: Date, years: number): Date {
  const date = new Date(day);
  date.setUTCFullYear(day.getUTCFullYear() + years);
  if (date.getUTCMonth() !== day.getUTCMonth()) date.setUTCDate(0);
  return date;
}

/** Whether a day comes round on another: those born on 29 February have theirs on the 28th in years that have none. */
export function isAnniversary(day: Date, on: Date): boolean {
  const month = day.getUTCMonth();
  if (month === on.getUTCMonth() && day.getUTCDate() === on.getUTCDate()) return true;
  const tomorrow = new Date(on.getTime() + DAY_MS);
  return (
    month === 1 &&
    day.getUTCDate() === 29 &&
    on.getUTCDate() === 28 &&
    on.getUTCMonth() === 1 &&
    tomorrow.getUTCMonth() === 2
  );
}
