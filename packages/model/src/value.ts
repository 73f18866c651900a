import { isDay, isYear, timeIn } from './time/moment.ts';

/** What a field or an attribute can hold: bare JSON, never wrapped (Ortto help, a-257). `null` clears. */
export type Value = string | number | boolean | null | readonly string[] | { readonly [key: string]: unknown };
export type Fields = Readonly<Record<string, Value>>;

/** Limits per type (Ortto help, a-235): text 255 characters, large text 4,000, an object 15,000 bytes. */
const TEXT_MAX = 255;
const LARGE_TEXT_MAX = 4000;
const OBJECT_MAX_BYTES = 15_000;

type Check = (value: Value) => string | undefined;

const isRecord = (value: Value): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text =
  (max: number): Check =>
  (value) => {
    if (typeof value !== 'string') return 'expected a string';
    // Counted only where there may be too many: a character is one or two units.
    return value.length > max && [...value].length > max ? `longer than ${max} characters` : undefined;
  };

const checks: Record<string, Check> = {
  str: text(TEXT_MAX),
  txt: text(LARGE_TEXT_MAX),
  int: (value) => {
    if (Number.isSafeInteger(value)) return undefined;
    return Number.isInteger(value)
      ? `expected an integer from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`
      : 'expected an integer (decimals and currency are ×1000)';
  },
  bol: (value) => (typeof value === 'boolean' ? undefined : 'expected true or false'),
  dtz: (value) => {
    if (!isRecord(value)) return 'expected {"year","month","day","timezone"}';
    const { year, month, day } = value as { year?: unknown; month?: unknown; day?: unknown };
    const parts = [year, month, day];
    if (!parts.every(Number.isInteger)) return 'expected whole numbers for year, month and day';
    if (!isDay(year as number, month as number, day as number)) return 'no such day';
    return isYear(year as number) ? undefined : 'expected a year from 1 to 9999';
  },
  tme: (value) => {
    const read = timeIn(typeof value === 'string' ? value : '');
    return 'problem' in read ? read.problem : undefined;
  },
  phn: (value) =>
    isRecord(value) && (typeof value.n === 'string' || typeof value.phone === 'string')
      ? undefined
      : 'expected {"c","n"} or {"phone","parse_with_country_code"}',
  geo: (value) =>
    isRecord(value) && typeof value.name === 'string' ? text(TEXT_MAX)(value.name) : 'expected {"name"}',
  sst: (value) => {
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return 'expected a list of strings';
    return value.map(text(TEXT_MAX)).find((problem) => problem !== undefined);
  },
  obj: (value) => {
    if (!isRecord(value)) return 'expected an object';
    return isLargerThan(OBJECT_MAX_BYTES, value) ? `larger than ${OBJECT_MAX_BYTES} bytes` : undefined;
  },
  idt: text(64),
};

/** Whether a field or an attribute whose id has that prefix can hold a value. */
export function isValueType(prefix: string): boolean {
  return Object.hasOwn(checks, prefix);
}

/**
 * What is wrong with a value for a field whose id has that prefix, or undefined
 * when nothing is. `null` is right everywhere: it clears.
 */
export function problemWithValue(prefix: string, value: Value): string | undefined {
  if (value === null) return undefined;
  const check = isValueType(prefix) ? checks[prefix] : undefined;
  if (!check) return `values of type ${prefix} can not be written`;
  return check(value) ?? (isStorable(value) ? undefined : 'a string can not hold U+0000 or half a surrogate pair');
}

/** Whether every string in it, keys included, is one that PostgreSQL can hold. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** The same text as PostgreSQL can hold it: without U+0000, and with U+FFFD where half a surrogate pair is. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** How many bytes a value takes on the wire. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Whether a value takes more than so many bytes on the wire. Counted only where it may: a unit is at most three of them. */
export function isLargerThan(bytes: number, value: unknown): boolean {
  const text = JSON.stringify(value);
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}
