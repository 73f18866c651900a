import { z } from 'zod';
import { wall } from './zone.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 24 * 3600 * 1000];
const ALL_DAYS = [1, 2, 3, 4, 5, 6, 7];

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day like 09:00');

const parts = {
  /** From this time on. */
  from: timeOfDay,
  /** Until before this time, of the next day where it is earlier than `from`. 24:00 is the end of the day. */
  to: z.union([timeOfDay, z.literal('24:00')], { error: 'write a time of day like 09:00, at most 24:00' }),
  /** The days on which it begins, 1 is Monday and 7 Sunday; left out, every day. */
  days: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
};

/** The same hours of some days of the week, on the wall clock of a time zone that is said elsewhere. */
export const weeklyWindow = z
  .strictObject(parts)
  .refine(isLong, { path: ['to'], error: '"to" is the same as "from": the whole day is 00:00 to 24:00' });
export type WeeklyWindow = z.infer<typeof weeklyWindow>;

/** For what is a weekly window and more: its parts, and the question they have to answer with yes. */
export const weeklyWindowParts = parts;
export function isLong({ from, to }: { from: string; to: string }): boolean {
  return from !== to;
}

/**
 * The first moment from `at` on that lies within the window: `at` itself where it does. What counts is what the wall
 * clock shows: hours that a day leaves out are not waited for, and hours that it has twice are within twice.
 */
export function nextWithin(window: WeeklyWindow, at: Date, timezone: string): Date {
  let from = at.getTime();
  for (;;) {
    const offset = offsetAt(from, timezone);
    const end = endOfOffset(from, from + DAY_MS, timezone);
    const moment = nextOnTheWall(window, from + offset) - offset;
    if (moment < end) return new Date(moment);
    from = end;
  }
}

/** The same on a clock that never changes: within, or the next beginning. */
function nextOnTheWall({ from, to, days = ALL_DAYS }: WeeklyWindow, at: number): number {
  const [begins, ends] = [minutesOf(from) * MINUTE_MS, minutesOf(to) * MINUTE_MS];
  const length = ends > begins ? ends - begins : DAY_MS - begins + ends;
  const midnight = Math.floor(at / DAY_MS) * DAY_MS;
  // Yesterday's may still be on.
  for (let day = midnight - DAY_MS; ; day += DAY_MS) {
    if (days.includes(weekdayOf(day)) && at < day + begins + length) return Math.max(at, day + begins);
  }
}

/** Until when the wall clock goes on as it does at `from`, at most until `until`. */
function endOfOffset(from: number, until: number, timezone: string): number {
  const offset = offsetAt(from, timezone);
  if (offsetAt(until, timezone) === offset) return until;
  let [same, other] = [from, until];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle, timezone) === offset) same = middle;
    else other = middle;
  }
  return other;
}

const offsetAt = (at: number, timezone: string): number => wall(new Date(at), timezone).getTime() - at;

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** 1 is Monday; 1 January 1970 was a Thursday. */
function weekdayOf(midnight: number): number {
  return ((((midnight / DAY_MS + 3) % 7) + 7) % 7) + 1;
}
