import {
  type ActivityInput,
  type Fields,
  type IntakeItem,
  internalId,
  isStorable,
  jsonBytes,
  parseFieldId,
  problemWithValue,
  type Value,
} from '@tributary/model';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Schema } from './schema.ts';

/** At most this much of an activity's attributes (Ortto help, a-235). */
const ATTRIBUTES_MAX = 15;
const ATTRIBUTES_MAX_BYTES = 16_000;
/** How far back an activity can be dated (Ortto help, a-271). */
const BACKDATE_MAX_MS = 90 * 24 * 3600 * 1000;
/** Of imports: whatever lies before is a date that was read wrongly. */
const HISTORY_BEGINS = new Date('1990-01-01T00:00:00Z');
/** Clocks differ a little. */
const AHEAD_MAX_MS = 5 * 60 * 1000;
const KEYS_MAX = 3;
/** E.164 has fifteen and three; people write some more. */
const PHONE_DIGITS_MAX = 20;
const COUNTRY_DIGITS_MAX = 4;
/** Loose on purpose: whether an address exists, only its server knows. */
const EMAIL = /^[^\s@<>,;]+@[^\s@<>,;]+$/;

/** An item as it can be recorded: values normalised, the moment and the activity's definition known. */
export interface CheckedItem extends IntakeItem {
  touch: boolean;
  definitionId: number | undefined;
}

/** An item ready to be recorded, or what is wrong with it, in Ortto's words where they are known. */
export function checkItem(item: IntakeItem, schema: Schema, now: Date): CheckedItem | { error: string } {
  const fields: Record<string, Value> = {};
  for (const [id, value] of Object.entries(item.fields)) {
    const field = schema.fields.get(id);
    // Recorded from Ortto: an unknown field is an error of the record, not ignored.
    if (!field || (field.readOnly && !item.ours))
      return { error: `failed to validate field ${id} in schema: ${id}: Object not found` };
    const normal = id.startsWith('phn:') ? phone(value) : value;
    if (normal === undefined) return { error: `failed to validate field ${id}: not a phone number` };
    const problem = problemWithValue(id.slice(0, 3), normal);
    if (problem) return { error: `failed to validate field ${id}: ${problem}` };
    if (id === 'str::email' && typeof normal === 'string' && !EMAIL.test(normal.trim())) {
      return { error: `failed to validate field ${id}: "${normal}" is not an e-mail address` };
    }
    fields[id] = id === 'str::email' && typeof normal === 'string' ? normal.trim() : normal;
  }
  const who = checkWho(item, fields, schema);
  if (who) return { error: who };
  for (const id of item.clear ?? []) {
    if (!schema.fields.has(id)) return { error: `failed to validate field ${id} in schema: ${id}: Object not found` };
  }
  if (!isStorable([...(item.tags ?? []), ...(item.unsetTags ?? [])])) return { error: 'a tag can not hold U+0000' };
  if (!item.activity) return { ...item, fields, touch: false, definitionId: undefined };
  const definition = schema.activities.get(item.activity.id);
  if (!definition) {
    return { error: `${item.activity.id}: Object not found (create the activity definition first)` };
  }
  const activityProblem = checkActivity(item.activity, now, item.history ? HISTORY_BEGINS : undefined);
  if (activityProblem) return { error: `${item.activity.id}: ${activityProblem}` };
  return { ...item, fields, touch: definition.touch, definitionId: definition.definitionId };
}

function checkWho(item: IntakeItem, fields: Fields, schema: Schema): string | undefined {
  if ('personId' in item.who) return undefined;
  const { by } = item.who;
  if (by.length === 0 || by.length > KEYS_MAX) return `merge_by takes one to ${KEYS_MAX} fields`;
  for (const id of by) {
    const field = schema.fields.get(id);
    if (!field) return `failed to validate field ${id} in schema: ${id}: Object not found`;
    if (!field.isKey) return `failed to validate field ${id}: people can not be found by it`;
  }
  return by.some((id) => keyValue(id, fields[id]) !== undefined)
    ? undefined
    : `none of the merge keys is given: ${by.join(', ')}`;
}

function checkActivity({ attributes, at, key }: ActivityInput, now: Date, since?: Date): string | undefined {
  if (!isStorable(key)) return 'a key can not hold U+0000';
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES_MAX) return `more than ${ATTRIBUTES_MAX} attributes`;
  if (jsonBytes(attributes) > ATTRIBUTES_MAX_BYTES) return `larger than ${ATTRIBUTES_MAX_BYTES} bytes`;
  for (const [id, value] of entries) {
    const parsed = parseFieldId(id);
    if (!parsed) return `"${id}" is not an attribute id such as str:cm:name`;
    const problem = problemWithValue(parsed.type, value);
    if (problem) return `attribute ${id}: ${problem}`;
  }
  if (!at) return undefined;
  if (Number.isNaN(at.getTime())) return 'created is not a time';
  if (at.getTime() > now.getTime() + AHEAD_MAX_MS) return 'created lies in the future';
  if (since) return at < since ? 'created lies before 1990' : undefined;
  return now.getTime() - at.getTime() > BACKDATE_MAX_MS ? 'created lies more than 90 days back' : undefined;
}

/** `{c, n}`, as people's phones are stored; undefined when it is none (Ortto help, custom fields). */
function phone(value: Value): Value | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const given = value as { c?: unknown; n?: unknown; phone?: unknown };
  if (typeof given.phone === 'string') {
    const parsed = parsePhoneNumberFromString(`+${given.phone.replace(/\D/g, '')}`);
    return parsed ? { c: parsed.countryCallingCode, n: parsed.nationalNumber } : undefined;
  }
  const [c, n] = [given.c, given.n].map((part) => (typeof part === 'string' ? part.replace(/\D/g, '') : ''));
  if (!n || n.length > PHONE_DIGITS_MAX || c!.length > COUNTRY_DIGITS_MAX) return undefined;
  return { ...(c && { c }), n };
}

/** The text under which a value of a key field is looked up, or undefined when it identifies nobody. */
export function keyValue(fieldId: string, value: Value | undefined): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (fieldId === 'str::email') return String(value).trim().toLowerCase();
  if (typeof value === 'object') {
    const { c, n } = value as { c?: string; n?: string };
    return n === undefined ? JSON.stringify(value) : `${c ?? ''}${n}`;
  }
  return String(value);
}

/** The integer behind a person id from outside, or undefined when it can not be one. */
export function personIdFrom(outside: unknown): string | undefined {
  return typeof outside === 'string' ? internalId(outside) : undefined;
}
