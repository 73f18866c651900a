import { isDay, isYear, timeIn, type Value } from '@tributary/model';

type Order = 'dmy' | 'mdy' | undefined;

interface Day {
  year: number;
  month: number;
  day: number;
}

const YEAR_FIRST = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?!\d)/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?!\d)/;

/** Of a year of two digits: the last one that has been by `latest`; where nothing says how late, those from 50 on are of the last century. */
function wholeYear(two: number, latest: number | undefined): number {
  return (latest === undefined ? two < 50 : 2000 + two <= latest) ? 2000 + two : 1900 + two;
}

/** The day at the beginning of a text, and what follows it. Day first where nothing says otherwise. */
function dayIn(text: string, order: Order, latest?: number): { day: Day; rest: string } | undefined {
  const first = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (first) return found(first[0], text, { year: +first[1]!, month: +first[2]!, day: +first[3]! });
  const last = YEAR_LAST.exec(text);
  if (!last) return undefined;
  const [one, two] = [+last[1]!, +last[3]!];
  const year = last[4]!.length === 2 ? wholeYear(+last[4]!, latest) : +last[4]!;
  // A thirteenth month is none, whatever the order.
  const monthFirst = order === 'mdy' ? one <= 12 : two > 12;
  return found(last[0], text, monthFirst ? { year, month: one, day: two } : { year, month: two, day: one });
}

function found(match: string, text: string, day: Day): { day: Day; rest: string } | undefined {
  if (!isYear(day.year) || !isDay(day.year, day.month, day.day)) return undefined;
  return { day, rest: text.slice(match.length) };
}

/**
 * A day, with its time zone in brackets where it has one, as our exports write it; a time of day is left out. `latest` is
 * the last year that a year of two digits can mean.
 */
export function dateIn(text: string, order: Order, latest?: number): Value | undefined {
  const read = dayIn(text.trim(), order, latest);
  if (!read) return undefined;
  const zone = /^\[(.+)\]$/.exec(read.rest)?.[1];
  if (zone) return { ...read.day, timezone: zone };
  return /^([T\s]\s*\d.*)?$/.test(read.rest) ? { ...read.day } : undefined;
}

/** As `dateIn` reads it back; undefined where nothing is read back as this. */
export function dateOut({
  year,
  month,
  day,
  timezone,
  ...more
}: Readonly<Record<string, unknown>>): string | undefined {
  const isZoned = timezone !== undefined;
  if (Object.keys(more).length > 0 || (isZoned && !(typeof timezone === 'string' && /^\S+$/.test(timezone))))
    return undefined;
  if (!isYear(year as number) || !isDay(year as number, month as number, day as number)) return undefined;
  const [yyyy, mm, dd] = [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')];
  return `${yyyy}-${mm}-${dd}${isZoned ? `[${timezone as string}]` : ''}`;
}

const TIME_OF_DAY =
  /^(?:[T\s]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(am|pm)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i;

/** A moment as RFC 3339. One that is written so already stays as it is; without an offset it is in `timezone`. */
export function momentIn(given: string, o: { order: Order; timezone: string }): string | undefined {
  const text = given.trim();
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) {
    return 'at' in timeIn(text) ? text : undefined;
  }
  if (/^\d{10}$/.test(text)) return new Date(Number(text) * 1000).toISOString();
  if (/^\d{13}$/.test(text)) return new Date(Number(text)).toISOString();
  const read = dayIn(text, o.order);
  const time = read && TIME_OF_DAY.exec(read.rest);
  if (!read || !time) return undefined;
  const [, hour = '0', minute = '0', second = '0', fraction = '0', half, offset] = time;
  const hours = half ? (+hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : +hour;
  if (hours > 23 || +minute > 59 || +second > 59) return undefined;
  const { year, month, day } = read.day;
  // Not by Date.UTC, which takes the year 50 for 1950.
  const wall = new Date(0).setUTCFullYear(year, month - 1, day) + dayMs(hours, +minute, +second, fraction);
  const moment = new Date(wall - (offset ? offsetMs(offset) : zoneOffsetMs(wall, o.timezone))).toISOString();
  return 'at' in timeIn(moment) ? moment : undefined;
}

function dayMs(hours: number, minute: number, second: number, fraction: string): number {
  return ((hours * 60 + minute) * 60 + second) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000);
}

function offsetMs(offset: string): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(offset);
  return match ? (match[1] === '-' ? -1 : 1) * (+match[2]! * 60 + +match[3]!) * 60_000 : 0;
}

/** How far a zone's clocks are ahead of UTC when they show that time. */
function zoneOffsetMs(wall: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  // The first guess is off by an hour at most, around a change of the clocks.
  return aheadAt(wall - aheadAt(wall, timezone), timezone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function aheadAt(moment: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(moment).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  return offsetMs(name.slice(3));
}

/** Which order a column's dates are written in, where one of them tells: a number above 12, or a point between. */
export function orderOf(cells: readonly string[]): Order {
  for (const cell of cells) {
    const match = YEAR_LAST.exec(cell.trim());
    if (!match) continue;
    if (match[2] === '.' || +match[1]! > 12) return 'dmy';
    if (+match[3]! > 12) return 'mdy';
  }
  return undefined;
}
