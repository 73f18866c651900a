import { folded } from '../folded.ts';
import { internalId } from '../ids.ts';
import type { Value } from '../value.ts';
import { dayAt, isAnniversary, today } from './days.ts';
import type { Asked, Moment, Test, TextTest } from './test.ts';

type Holds = {
  [K in Test['kind']]: (test: Extract<Test, { kind: K }>, value: Value | undefined, now: Date) => boolean;
};

const record = (value: Value | undefined): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;

/** Text, or the name of a place. */
function textOf(value: Value | undefined): string | undefined {
  const text = record(value)?.name ?? value;
  return typeof text === 'string' ? folded(text) : undefined;
}

function listOf(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map((item) => folded(String(item))) : [];
}

function digitsOf(value: Value | undefined): string | undefined {
  const { c, n } = record(value) ?? {};
  return typeof n === 'string' ? `${typeof c === 'string' ? c : ''}${n}` : undefined;
}

/** A time, in milliseconds since 1970, as which whoever asks may have it already; NaN where it is none. */
export function instantOf(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

/** Midnight UTC of a date, or of the day of a time in that time zone. */
export function dayOf(value: Value | undefined, timezone: string): Date | undefined {
  const at = instantOf(value);
  if (!Number.isNaN(at)) return today(new Date(at), timezone);
  const { year, month, day } = record(value) ?? {};
  if (typeof year !== 'number' || typeof month !== 'number' || typeof day !== 'number') return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

const momentOf = (moment: Moment, now: Date): number =>
  'at' in moment ? moment.at.getTime() : now.getTime() - moment.ago;

const EARTH_METERS = 6_371_000;

function metersBetween(a: { latitude: number; longitude: number }, latitude: number, longitude: number): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2;
  const h =
    half(a.latitude, latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(latitude)) * half(a.longitude, longitude);
  return 2 * EARTH_METERS * Math.asin(Math.min(1, Math.sqrt(h)));
}

function textHolds(test: TextTest, text: string | undefined): boolean {
  if (text === undefined) return false;
  switch (test.how) {
    case 'is':
      return text === test.value;
    case 'contains':
      return text.includes(test.value);
    case 'starts':
      return text.startsWith(test.value);
    case 'ends':
      return text.endsWith(test.value);
    case 'greater':
      return text > test.value;
    case 'less':
      return text < test.value;
    case 'between':
      return text >= test.value && text <= test.to!;
  }
}

const tests: Holds = {
  present: (_test, value) => value !== undefined && value !== null,
  text: (test, value) =>
    Array.isArray(value) ? listOf(value).some((item) => textHolds(test, item)) : textHolds(test, textOf(value)),
  number({ over, under, from, to, zero }, value) {
    const number = typeof value === 'number' ? value : zero ? 0 : undefined;
    if (number === undefined) return false;
    return !(
      (over !== undefined && number <= over) ||
      (under !== undefined && number >= under) ||
      (from !== undefined && number < from) ||
      (to !== undefined && number > to)
    );
  },
  bool: ({ is }, value) => (value === true) === is,
  list({ how, values }, value) {
    const items = listOf(value);
    if (how === 'any') return values.some((one) => items.includes(one));
    if (how === 'sequence') return items.length === values.length && values.every((one, i) => items[i] === one);
    return values.every((one) => items.includes(one)) && (how === 'all' || items.every((one) => values.includes(one)));
  },
  length({ over, under, is }, value) {
    const { length } = listOf(value);
    return !(
      (over !== undefined && length <= over) ||
      (under !== undefined && length >= under) ||
      (is !== undefined && length !== is)
    );
  },
  item: ({ which, test }, value) => textHolds(test, listOf(value).at(which === 'first' ? 0 : -1)),
  instant({ from, before }, value, now) {
    const at = instantOf(value);
    if (Number.isNaN(at)) return false;
    return (!from || at >= momentOf(from, now)) && (!before || at < momentOf(before, now));
  },
  days({ from, to, timezone }, value, now) {
    const day = dayOf(value, timezone);
    if (!day) return false;
    const todayIs = today(now, timezone);
    return (!from || day >= dayAt(from, todayIs)) && (!to || day <= dayAt(to, todayIs));
  },
  anniversary({ inDays, timezone }, value, now) {
    const day = dayOf(value, timezone);
    return day !== undefined && isAnniversary(day, dayAt({ inDays }, today(now, timezone)));
  },
  near(test, value) {
    const { lat, lng } = record(value) ?? {};
    return (
      typeof lat === 'number' && typeof lng === 'number' && metersBetween(test, lat / 1e6, lng / 1e6) <= test.meters
    );
  },
  phone({ how, any }, value) {
    const number = digitsOf(value);
    return number !== undefined && any.some((digits) => (how === 'is' ? number === digits : number.startsWith(digits)));
  },
  'calling-code': ({ codes }, value) => codes.includes(String(record(value)?.c)),
  id({ is }, value) {
    const ids = typeof value === 'string' ? [value] : listOf(value);
    return ids.some((id) => (internalId(id, 'person') ?? internalId(id, 'account')) === is);
  },
  tags: ({ any }, value) => Array.isArray(value) && any.some((number) => value.includes(number as never)),
};

/** Whether a value passes. */
export function holds({ test, not }: Asked, value: Value | undefined, now: Date): boolean {
  const passes = (tests[test.kind] as (test: Test, value: Value | undefined, now: Date) => boolean)(test, value, now);
  return not ? !passes : passes;
}
