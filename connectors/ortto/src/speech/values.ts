import { builtInFields, parseFieldId, problemWithValue, type Value } from '@tributary/model';

/** A value of a journey's step, as Liquid or a person gives it. */
export type Given = string | number | boolean;

/** What goes over the wire, nothing at all where there is nothing to say, or why it can not. */
export type Worded = { value: Value | undefined } | { why: string };

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Texts as the value that a field's prefix stands for (Ortto help, custom fields). */
const readers: Readonly<Record<string, (text: string) => Value | undefined>> = {
  str: (text) => text,
  txt: (text) => text,
  int: (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
  bol: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  dtz(text) {
    const [, year, month, day] = DAY.exec(text) ?? [];
    return year === undefined ? undefined : { year: +year, month: +month!, day: +day!, timezone: 'UTC' };
  },
  tme: (text) => text,
  phn: (text) => ({ phone: text, parse_with_country_code: true }),
  geo: (text) => ({ name: text }),
  sst: (text) => itemsOf(text),
};

const expected: Readonly<Record<string, string>> = {
  int: 'expected a whole number; decimals and money are ×1000',
  bol: 'expected true or false',
  dtz: 'expected a day such as 2026-12-24',
};

/**
 * The value of a step's input for a field or an attribute. What comes out empty
 * is left out, so that it stays as it is over there.
 */
export function worded(id: string, given: Given): Worded {
  const prefix = id.slice(0, id.indexOf(':'));
  const read = Object.hasOwn(readers, prefix) ? readers[prefix] : undefined;
  if (!read) return { why: `values of type ${prefix} can not be given as text` };
  const text = String(given).trim();
  if (text === '') return { value: undefined };
  const value = read(text);
  const why = value === undefined ? (expected[prefix] ?? 'not a value') : problemWithValue(prefix, value);
  return why === undefined ? { value: value! } : { why };
}

/** Several in one text, with commas between. */
export function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const readOnly = new Set(builtInFields.filter((field) => field.readOnly).map(({ id }) => id));

/** Why a person's field can not be written, or undefined when it may. Whether the account has it, only the account knows. */
export function problemWithField(id: string): string | undefined {
  if (readOnly.has(id)) return 'is kept by Ortto and can not be written';
  const parsed = parseFieldId(id);
  if (!parsed || !Object.hasOwn(readers, parsed.type)) return 'is no field id such as str::email or str:cm:job-title';
  return ['o', 'oc'].includes(parsed.source) ? 'is a field of accounts, and not of people' : undefined;
}

/** Why an attribute can not be written, or undefined when it may. */
export function problemWithAttribute(id: string): string | undefined {
  const parsed = parseFieldId(id);
  return parsed && Object.hasOwn(readers, parsed.type)
    ? undefined
    : 'is no attribute id such as str:cm:place or int::v';
}
