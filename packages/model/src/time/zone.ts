import { z } from 'zod';
import type { Fields } from '../value.ts';

/** Names come with people's data as well: what is kept of them must end somewhere. */
const KEPT_MAX = 1000;
const NAME_MAX = 64;
const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(timezone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timezone)) {
    if (formats.size >= KEPT_MAX) formats.clear();
    formats.set(timezone, newFormat(timezone));
  }
  return formats.get(timezone);
}

function newFormat(timezone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      era: 'short',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether there is a time zone of that name, such as `Europe/Berlin`. An offset such as `+02:00` is none: to PostgreSQL that is west. */
export function isTimezone(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z]/i.test(name) && name.length <= NAME_MAX && formatOf(name) !== undefined;
}

/** The name by which a time zone is known everywhere: to PostgreSQL, `IST` is Israel's, `CET` has no summer, and `ECT` is none. */
export function fullTimezone(name: string): string {
  return formatOf(name)?.resolvedOptions().timeZone ?? name;
}

/** The name of a time zone. */
export const timezone = z.string().refine(isTimezone, {
  error: ({ input }) => `there is no time zone "${input}": write it like Europe/Berlin`,
});

/** A time zone by its name, or "person": that of the person where it is known, of the workspace otherwise. */
export const personOrTimezone = z.union([z.literal('person'), timezone], {
  error: 'write person, or a time zone such as Europe/Berlin',
});

/** The time zone a person was last seen in (`str::lt`), or the fallback where none is known. */
export function timezoneOf(fields: Fields, fallback: string): string {
  const last = fields['str::lt'];
  return isTimezone(last) ? last : fallback;
}

/** The wall clock of a time zone, as if it were UTC. Throws a RangeError where there is no such zone. */
export function wall(at: Date, timezone: string): Date {
  const format = formatOf(timezone);
  if (!format) throw new RangeError(`there is no time zone "${timezone}"`);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) =>
    Number(parts[name]),
  ) as [number, number, number, number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(parts.era === 'BC' ? 1 - year : year, month - 1, day);
  date.setUTCHours(hour, minute, second, ((at.getTime() % 1000) + 1000) % 1000);
  return date;
}
