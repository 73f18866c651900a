import { type DisplayType, isScaled, kebab, parseFieldId, prefixOf, typeOfPrefix } from '@tributary/model';
import type { NewField } from '../../people/index.ts';
import type { Hint } from './hints.ts';

/** What is asked of the schema: the type of a field that is there. */
export type TypeOf = (fieldId: string) => string | undefined;

/** A field that a name means; `make` where there is none yet. */
export interface Meant {
  id: string;
  type: string;
  make?: NewField;
}

/** The order in which the field of a bare name is looked for: one that outgrew `str` goes on in `txt`. */
const PREFIXES: readonly string[] = [...new Set(['txt', ...Object.values(prefixOf)])];
const TEXT_MAX = 255;

/** The value itself, where it is wrapped as `{"v": …}`. */
export function unwrapped(value: unknown): unknown {
  return isWrapped(value) ? value.v : value;
}

function isWrapped(value: unknown): value is { v: unknown } {
  return isObject(value) && Object.keys(value).length === 1 && Object.hasOwn(value, 'v');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The field that a name means: the one called so if there is one; `str::kommo_lead_id` and `kommo_lead_id` mean
 * `str:cm:kommo-lead-id`, the second with the type of its value unless such a field is there. Undefined for what can
 * be no name of a field of ours: it goes on as it is, and is answered as the exact wire does. What is made has to take
 * what may come next: a number is a decimal, and a text that has become too long for its field has a large one of the
 * same name.
 */
export function meantField(given: string, value: unknown, typeOf: TypeOf): Meant | undefined {
  const known = typeOf(given);
  if (known !== undefined) return { id: given, type: known };
  const parsed = parseFieldId(given);
  if (!parsed && given.includes(':')) return undefined;
  if (parsed && (!['', 'cm'].includes(parsed.source) || !PREFIXES.includes(parsed.type))) return undefined;
  const name = kebab(parsed?.name ?? given);
  if (name === '' || name.length > TEXT_MAX) return undefined;
  const outgrown = isLong(value) && (!parsed || parsed.type === 'str');
  const own = parsed ? (parsed.type === 'str' ? ['str', 'txt'] : [parsed.type]) : PREFIXES;
  const prefixes = outgrown ? own.filter((prefix) => prefix !== 'str') : own;
  for (const prefix of prefixes) {
    const id = `${prefix}:cm:${name}`;
    const type = typeOf(id);
    if (type !== undefined) return { id, type };
  }
  const type = outgrown ? 'large_text' : parsed ? typeWithPrefix(parsed.type, value) : typeOfValue(value);
  return { id: `${prefixOf[type]}:cm:${name}`, type, make: { name: words(name), type } };
}

/** An entry of `fields` as the exact wire has it. */
export function entryOf(given: string, value: unknown, meant: Meant | undefined, hint: Hint): [string, unknown] {
  const bare = parseFieldId(given)?.type === 'obj' && !isWrapped(value) ? value : unwrapped(value);
  if (bare !== value) hint('wrapped', given);
  if (!meant) return [given, bare];
  if (meant.id !== given) hint('field', given, meant.id);
  return [meant.id, fitting(bare, meant)];
}

/** "kommo-lead-id" → "Kommo lead id": a name whose id is the same again. */
export function words(name: string): string {
  const text = name.replaceAll('-', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function typeWithPrefix(prefix: string, value: unknown): DisplayType {
  return prefix === 'int' ? typeOfNumber(value) : typeOfPrefix[prefix]!;
}

/** What is too large for a decimal is an id, or the like. */
function typeOfNumber(value: unknown): DisplayType {
  return Math.abs(Number(value)) > Number.MAX_SAFE_INTEGER / 1000 ? 'integer' : 'decimal';
}

function typeOfValue(value: unknown): DisplayType {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return typeOfNumber(value);
  if (Array.isArray(value)) return 'multi_select';
  if (isObject(value)) return 'object';
  if (typeof value !== 'string') return 'text';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return 'time';
  return 'text';
}

const isLong = (value: unknown): boolean => typeof value === 'string' && [...value].length > TEXT_MAX;

/** The value as its field takes it, where it can be told; decimals are ×1000 on the wire (Ortto help). */
function fitting(value: unknown, { id, type }: Meant): unknown {
  const fit = fits[parseFieldId(id)?.type ?? ''];
  return value === null || value === undefined || !fit ? value : fit(value, type);
}

const asText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

const fits: Readonly<Record<string, (value: unknown, type: string) => unknown>> = {
  str: asText,
  txt: asText,
  int(value, type) {
    const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
    return typeof number === 'number' && isScaled(type) ? Math.round(number * 1000) : number;
  },
  bol: (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
  phn: (value) => (typeof value === 'string' ? { phone: value, parse_with_country_code: true } : value),
  geo: (value) => (typeof value === 'string' ? { name: value } : value),
  sst: (value) => (typeof value === 'string' ? [value] : value),
  dtz(value) {
    const [, year, month, day] = (typeof value === 'string' && /^(\d{4})-(\d\d)-(\d\d)/.exec(value)) || [];
    return year === undefined ? value : { year: Number(year), month: Number(month), day: Number(day) };
  },
};
