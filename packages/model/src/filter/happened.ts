import { isTimezone } from '../time/zone.ts';
import type { Fields } from '../value.ts';
import { startOfDay, today } from './days.ts';
import type { Body } from './filter.ts';
import { isWrong, type Wrong } from './operators/reading.ts';

/** Something a person did, as activity conditions look at it. */
export interface Happened {
  at: Date;
  attributes: Fields;
}

/** How often, and when: what an activity condition says beside which activity. */
export interface Occurrence {
  atLeast: number;
  atMost: number;
  /** Half open. Days of the calendar carry the first and the last day, counted from today. */
  window?: { ago: number } | { from: Date; before: Date } | { fromDay: number; toDay: number };
  timezone: string;
}

const COUNT_MAX = 1_000_000;
const HOUR_MS = 3600 * 1000;
const DAYS_MAX = 36_600;

/** The time frames that Ortto's `person/get/activities` knows (recorded); those of the calendar come from today. */
const frames: Readonly<Record<string, Occurrence['window'] | ((todayIs: Date) => { fromDay: number; toDay: number })>> =
  {
    'last-24-hours': { ago: 24 * HOUR_MS },
    'last-7-days': { ago: 7 * 24 * HOUR_MS },
    'last-30-days': { ago: 30 * 24 * HOUR_MS },
    today: { fromDay: 0, toDay: 0 },
    yesterday: { fromDay: -1, toDay: -1 },
    'this-week': (day) => ({ fromDay: -((day.getUTCDay() + 6) % 7), toDay: 0 }),
    'this-month': (day) => ({ fromDay: 1 - day.getUTCDate(), toDay: 0 }),
    'this-quarter': (day) => {
      const first = Date.UTC(day.getUTCFullYear(), Math.floor(day.getUTCMonth() / 3) * 3, 1);
      return { fromDay: Math.round((first - day.getTime()) / (24 * HOUR_MS)), toDay: 0 };
    },
    'this-year': (day) => {
      const first = Date.UTC(day.getUTCFullYear(), 0, 1);
      return { fromDay: Math.round((first - day.getTime()) / (24 * HOUR_MS)), toDay: 0 };
    },
    all: undefined,
  };

/**
 * Reads `count` (`{"at_least", "at_most", "exactly"}`, our own: once or more
 * where it is not there) and `timeframe` (`{"type"}` as in Ortto's
 * `person/get/activities`, or our own `{"days"}`, `{"hours"}`, `{"from", "to"}`).
 */
export function occurrenceOf(body: Body, now: Date): Occurrence | Wrong {
  const count = countOf(body.count);
  if (isWrong(count)) return count;
  // One that there is not, only a filter has that was stored before that was looked at (`problemsWithFilter`).
  const timezone = isTimezone(body.timezone) ? body.timezone : 'UTC';
  const window = windowOf(body.timeframe, now, timezone);
  if (window && isWrong(window)) return window;
  return { ...count, timezone, ...(window && { window }) };
}

function countOf(count: unknown): { atLeast: number; atMost: number } | Wrong {
  if (count === undefined) return { atLeast: 1, atMost: Number.POSITIVE_INFINITY };
  const { at_least, at_most, exactly } = (typeof count === 'object' && count !== null ? count : {}) as Body;
  const given = [at_least, at_most, exactly].filter((n) => n !== undefined);
  const whole = given.every((n) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= COUNT_MAX);
  if (given.length === 0 || !whole) {
    return { key: 'count', problem: 'expected whole numbers under at_least, at_most or exactly' };
  }
  return {
    atLeast: (exactly ?? at_least ?? 0) as number,
    atMost: (exactly ?? at_most ?? Number.POSITIVE_INFINITY) as number,
  };
}

function windowOf(timeframe: unknown, now: Date, timezone: string): Occurrence['window'] | Wrong {
  if (timeframe === undefined || timeframe === null) return undefined;
  const { type, days, hours, from, to } = (typeof timeframe === 'object' ? timeframe : {}) as Body;
  if (typeof type === 'string' && Object.hasOwn(frames, type)) {
    const frame = frames[type];
    return typeof frame === 'function' ? frame(today(now, timezone)) : frame;
  }
  for (const [n, unit] of [
    [days, 24],
    [hours, 1],
  ] as const) {
    if (typeof n === 'number' && n > 0 && n * unit <= DAYS_MAX * 24) return { ago: n * unit * HOUR_MS };
  }
  const [begin, end] = [from, to].map((text) => (typeof text === 'string' ? new Date(text) : undefined));
  if (begin && end && begin.getTime() <= end.getTime()) return { from: begin, before: end };
  return {
    key: 'timeframe',
    problem: `expected {"type": ${Object.keys(frames).join(' | ')}}, {"days"}, {"hours"}, or {"from", "to"} as RFC 3339 times`,
  };
}

/** The moments a window comes to, now: from the first, before the second. */
export function windowAt({ window, timezone }: Occurrence, now: Date): { from?: Date; before?: Date } {
  if (!window) return {};
  if ('ago' in window) return { from: new Date(now.getTime() - window.ago) };
  if ('from' in window) return window;
  return {
    from: startOfDay(now, timezone, window.fromDay),
    before: startOfDay(now, timezone, window.toDay + 1),
  };
}
