import { timeIn } from '../../time/moment.ts';
import { isTimezone } from '../../time/zone.ts';
import type { Body } from '../filter.ts';
import type { Asked, Day, Test } from '../test.ts';
import { isNumber, isRecord, type Read, type Wrong } from './reading.ts';
import { noTimezone } from './zone.ts';

const DAY_MS = 24 * 3600 * 1000;
const YEARS_MAX = 1000;
const DAYS_MAX = 366 * YEARS_MAX;

/** The days of these fields are days in this time zone; UTC where a filter names none. */
function zone({ timezone }: Body): string | Wrong {
  const name = timezone || 'UTC';
  return isTimezone(name) ? name : { key: 'timezone', problem: noTimezone(name) };
}

/** A day as `{"year","month","day"}`, "2026-01-31", or the day of an RFC 3339 time. */
function dayOf(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const day = /^(\d{4}-\d\d-\d\d)(T|$)/.exec(value)?.[1];
    return day !== undefined && isDay(day) ? day : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { year, month, day } = value as { year?: unknown; month?: unknown; day?: unknown };
  if (![year, month, day].every(isNumber)) return undefined;
  const text = [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
  return isDay(text) ? text : undefined;
}

const isDay = (text: string): boolean => 'at' in timeIn(`${text}T00:00:00Z`);

/** Days in a time zone, from one to another; `make` reads the body. */
const days =
  (make: (body: Body) => { from?: Day; to?: Day } | Wrong): Read =>
  (body) => {
    const timezone = zone(body);
    if (typeof timezone !== 'string') return timezone;
    const range = make(body);
    return 'problem' in range ? range : { test: { kind: 'days', ...range, timezone } };
  };

const absolute =
  (key: string, make: (on: Day) => { from?: Day; to?: Day }) =>
  (body: Body): { from?: Day; to?: Day } | Wrong => {
    const on = dayOf(body[key]);
    return on === undefined
      ? { key, problem: 'expected a day such as "2026-01-31" or {"year","month","day"}' }
      : make({ on });
  };

/** So many days later, which may be of another year than dates are: "+010000-01-01". */
const later = (on: string, days: number): string =>
  new Date(Date.parse(`${on}T00:00:00Z`) + days * DAY_MS).toISOString().split('T')[0]!;
const onOf = (day: Day): string => (day as { on: string }).on;

/** A whole number under one of these keys. */
function whole(body: Body, keys: readonly string[], max: number): number | Wrong {
  const key = keys.find((name) => body[name] !== undefined) ?? keys[0]!;
  const value = body[key];
  if (!Number.isInteger(value)) return { key, problem: 'expected a whole number' };
  return Math.abs(value as number) <= max ? (value as number) : { key, problem: `expected at most ${max}` };
}

const counted =
  <T>(keys: readonly string[], max: number, make: (n: number, body: Body) => T) =>
  (body: Body): T | Wrong => {
    const n = whole(body, keys, max);
    return typeof n === 'number' ? make(n, body) : n;
  };

const DAYS_AGO = ['days_ago', 'value'];
const DAYS_AHEAD = ['days', 'days_ahead', 'value'];
const YEARS = ['years', 'age', 'value'];

const inDays = (n: number): Day => ({ inDays: n });
const yearsAgo = (n: number, days = 0): Day => ({ inDays: days, inYears: -n });

/** Each kind of field has these; a date is a day by itself, of a time it is the day in the filter's time zone. */
const calendar = {
  absolute_on: days(absolute('value', (on) => ({ from: on, to: on }))),
  absolute_before: days(absolute('value', (on) => ({ to: { on: later(onOf(on), -1) } }))),
  absolute_after: days(absolute('value', (on) => ({ from: { on: later(onOf(on), 1) } }))),
  absolute_between: days((body) => {
    const { value } = body;
    const pair = Array.isArray(value) ? { from: value[0], to: value[1] } : isRecord(value) ? value : body;
    const [from, to] = [dayOf(pair.from), dayOf(pair.to)];
    if (from === undefined) return { key: 'from', problem: 'expected a day such as "2026-01-31"' };
    if (to === undefined) return { key: 'to', problem: 'expected a day such as "2026-01-31"' };
    return { from: { on: from }, to: { on: to } };
  }),
  relative_exactly: days(counted(DAYS_AGO, DAYS_MAX, (n) => ({ from: inDays(-n), to: inDays(-n) }))),
  occurs_in: days(counted(DAYS_AHEAD, DAYS_MAX, (n) => ({ from: inDays(n), to: inDays(n) }))),
  age_exactly: days(counted(YEARS, YEARS_MAX, (n) => ({ from: yearsAgo(n + 1, 1), to: yearsAgo(n) }))),
  age_less_than: days(counted(YEARS, YEARS_MAX, (n) => ({ from: yearsAgo(n, 1), to: inDays(0) }))),
  age_more_than: days(counted(YEARS, YEARS_MAX, (n) => ({ to: yearsAgo(n + 1) }))),
  anniversary: (body: Body): Asked | Wrong => {
    const timezone = zone(body);
    if (typeof timezone !== 'string') return timezone;
    const n = body.days === undefined && body.value === undefined ? 0 : whole(body, ['days', 'value'], 366);
    return typeof n === 'number' ? { test: { kind: 'anniversary', inDays: n, timezone } } : n;
  },
} satisfies Record<string, Read>;

const instant =
  (keys: readonly string[], make: (ms: number) => Test): Read =>
  (body) => {
    const test = counted(keys, DAYS_MAX, (n) => make(n * DAY_MS))(body);
    return 'problem' in test ? test : { test };
  };

/** Dates: a day is a day everywhere. "Less than 30 days ago" begins after the day 30 days ago, and ends today. */
export const dateOperators = {
  '$dtz::absolute_on': calendar.absolute_on,
  '$dtz::absolute_before': calendar.absolute_before,
  '$dtz::absolute_after': calendar.absolute_after,
  '$dtz::absolute_between': calendar.absolute_between,
  '$dtz::relative_exactly': calendar.relative_exactly,
  '$dtz::relative_less_than': days(counted(DAYS_AGO, DAYS_MAX, (n) => ({ from: inDays(1 - n), to: inDays(0) }))),
  '$dtz::relative_more_than': days(counted(DAYS_AGO, DAYS_MAX, (n) => ({ to: inDays(-n - 1) }))),
  '$dtz::occurs_in': calendar.occurs_in,
  '$dtz::occurs_in_less_than': days(counted(DAYS_AHEAD, DAYS_MAX, (n) => ({ from: inDays(0), to: inDays(n - 1) }))),
  '$dtz::occurs_in_more_than': days(counted(DAYS_AHEAD, DAYS_MAX, (n) => ({ from: inDays(n + 1) }))),
  '$dtz::age_exactly': calendar.age_exactly,
  '$dtz::age_less_than': calendar.age_less_than,
  '$dtz::age_more_than': calendar.age_more_than,
  '$dtz::anniversary': calendar.anniversary,
} satisfies Record<string, Read>;

/** Times: "less than 30 days ago" is the last 30 × 24 hours, to the second; "exactly 30 days ago" is that day. */
export const timeOperators = {
  '$tme::absolute_on': calendar.absolute_on,
  '$tme::absolute_before': calendar.absolute_before,
  '$tme::absolute_after': calendar.absolute_after,
  '$tme::absolute_between': calendar.absolute_between,
  '$tme::relative_exactly': calendar.relative_exactly,
  '$tme::relative_less_than': instant(DAYS_AGO, (ms) => ({ kind: 'instant', from: { ago: ms }, before: { ago: -1 } })),
  '$tme::relative_more_than': instant(DAYS_AGO, (ms) => ({ kind: 'instant', before: { ago: ms } })),
  '$tme::occurs_in': calendar.occurs_in,
  '$tme::occurs_in_less_than': instant(DAYS_AHEAD, (ms) => ({
    kind: 'instant',
    from: { ago: 0 },
    before: { ago: -ms },
  })),
  '$tme::occurs_in_more_than': instant(DAYS_AHEAD, (ms) => ({ kind: 'instant', from: { ago: -ms } })),
  '$tme::age_exactly': calendar.age_exactly,
  '$tme::age_less_than': calendar.age_less_than,
  '$tme::age_more_than': calendar.age_more_than,
  '$tme::anniversary': calendar.anniversary,
} satisfies Record<string, Read>;
