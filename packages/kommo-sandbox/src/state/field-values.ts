import type { CustomField, EnumOption, FieldValues, StoredValue } from './model.ts';

/** One thing wrong with a body, in the form of Kommo's `validation-errors`. */
export interface Complaint {
  code: string;
  path: string;
  detail: string;
}

export const notSupportedChoice = (path: string): Complaint => ({
  code: 'NotSupportedChoice',
  path,
  detail: 'The value you selected is not a valid choice.',
});

export const invalidType = (path: string, wanted: string): Complaint => ({
  code: 'InvalidType',
  path,
  detail: `This value should be of type ${wanted}.`,
});

interface Read {
  stored?: StoredValue;
  complaint?: Complaint;
}
type Reader = (field: CustomField, given: Record<string, unknown>, path: string) => Read;

const text: Reader = (_field, { value }, path) =>
  typeof value === 'string' || typeof value === 'number'
    ? { stored: { value: String(value) } }
    : { complaint: invalidType(`${path}.value`, 'string') };

/** Stored, and read back, as text: Kommo answers numbers in a numeric field as strings. */
const numeric: Reader = (_field, { value }, path) =>
  (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) && Number.isFinite(Number(value))
    ? { stored: { value: String(value) } }
    : { complaint: invalidType(`${path}.value`, 'numeric') };

const flag: Reader = (_field, { value }, path) =>
  typeof value === 'boolean' ? { stored: { value } } : { complaint: invalidType(`${path}.value`, 'bool') };

/** Unix seconds or RFC 3339 in, Unix seconds out. */
const moment: Reader = (_field, { value }, path) => {
  if (Number.isInteger(value)) return { stored: { value } };
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed)
    ? { complaint: invalidType(`${path}.value`, 'int') }
    : { stored: { value: Math.floor(parsed / 1000) } };
};

const choice: Reader = (field, given, path) => {
  const by = ['enum_id', 'enum_code', 'value'].find((key) => given[key] !== undefined && given[key] !== null);
  const option = field.enums?.find((candidate) => matches(candidate, by, given));
  return option
    ? { stored: { value: option.value, enum_id: option.id, enum_code: option.code } }
    : { complaint: notSupportedChoice(`${path}.${by ?? 'value'}`) };
};

function matches(option: EnumOption, by: string | undefined, given: Record<string, unknown>): boolean {
  if (by === 'enum_id') return option.id === given.enum_id;
  if (by === 'enum_code') return option.code !== null && option.code === given.enum_code;
  return option.value === given.value;
}

const multitext: Reader = (field, given, path) => {
  if (typeof given.value !== 'string') return { complaint: invalidType(`${path}.value`, 'string') };
  const wanted = given.enum_id ?? given.enum_code ?? 'WORK';
  const option = field.enums?.find((candidate) => candidate.id === wanted || candidate.code === wanted);
  if (!option) return { complaint: notSupportedChoice(`${path}.enum_code`) };
  return { stored: { value: given.value, enum_id: option.id, enum_code: option.code } };
};

const asGiven: Reader = (_field, given) => ({ stored: { value: given.value ?? given } });

const readers: Record<string, Reader> = {
  text,
  textarea: text,
  url: text,
  streetaddress: text,
  tracking_data: text,
  numeric,
  price: numeric,
  monetary: numeric,
  checkbox: flag,
  date: moment,
  date_time: moment,
  birthday: moment,
  select: choice,
  radiobutton: choice,
  multiselect: choice,
  category: choice,
  multitext,
};

/** The types `POST /…/custom_fields` takes; those without a reader of their own are kept as they are given. */
export const fieldTypes = [
  ...Object.keys(readers),
  ...['smart_address', 'legal_entity', 'linked_entity', 'chained_list', 'file', 'items'],
];

/**
 * Reads `custom_fields_values` against the fields that exist. A field that is
 * not there is a `NotSupportedChoice` on `custom_fields_values.N.field_id`, as
 * it is for a deleted one. `null` or `[]` as values empties the field: an
 * assumption, it is not documented.
 */
export function readFieldValues(
  fields: readonly CustomField[],
  given: unknown,
): { values: FieldValues; complaints: Complaint[] } {
  const values: FieldValues = new Map();
  const complaints: Complaint[] = [];
  if (given === undefined || given === null) return { values, complaints };
  if (!Array.isArray(given)) return { values, complaints: [invalidType('custom_fields_values', 'array')] };
  for (const [n, item] of given.entries()) {
    const read = readItem(fields, item, `custom_fields_values.${n}`);
    complaints.push(...read.complaints);
    if (read.field) values.set(read.field.id, read.stored);
  }
  return { values, complaints };
}

interface ReadItem {
  field?: CustomField;
  stored: StoredValue[];
  complaints: Complaint[];
}

function readItem(fields: readonly CustomField[], item: unknown, path: string): ReadItem {
  const wrong = (complaint: Complaint): ReadItem => ({ stored: [], complaints: [complaint] });
  if (!isRecord(item)) return wrong(invalidType(path, 'object'));
  const by = item.field_id !== undefined ? 'field_id' : 'field_code';
  const wanted = item[by];
  const field = fields.find((one) => wanted !== null && wanted === (by === 'field_id' ? one.id : one.code));
  if (!field) return wrong(notSupportedChoice(`${path}.${by}`));
  if (item.values !== null && !Array.isArray(item.values)) return wrong(invalidType(`${path}.values`, 'array'));
  const read = (item.values ?? []).map((value: unknown, i): Read => {
    const at = `${path}.values.${i}`;
    return isRecord(value)
      ? (readers[field.type] ?? asGiven)(field, value, at)
      : { complaint: invalidType(at, 'object') };
  });
  return {
    field,
    stored: read.flatMap(({ stored }) => stored ?? []),
    complaints: read.flatMap(({ complaint }) => complaint ?? []),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes the given fields over the old ones: a field that is sent loses all its old values, the others stay. */
export function mergeFieldValues(into: FieldValues, given: FieldValues): number[] {
  const changed: number[] = [];
  for (const [id, values] of given) {
    if (JSON.stringify(into.get(id) ?? []) === JSON.stringify(values)) continue;
    if (values.length > 0) into.set(id, values);
    else into.delete(id);
    changed.push(id);
  }
  return changed;
}
