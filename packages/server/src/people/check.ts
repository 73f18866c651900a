import {
  type ActivityInput,
  type Fields,
  folded,
  type IntakeItem,
  internalId,
  isLargerThan,
  isStorable,
  parseFieldId,
  problemWithValue,
  type Value,
} from '@tributary/model';
import { ANONYMOUS_ID } from './identity/anonymous.ts';
import { locationFields } from './location.ts';
import { normal } from './normal.ts';
import type { Schema, SchemaField } from './schema.ts';

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
const TAG_MAX = 255;
const KEY_MAX = 255;
/** Those that are a person's to have, written by anybody: built in, and custom. */
const OPEN_SOURCES = new Set(['', 'cm', 'o', 'oc']);

/** An item as it can be recorded: values normalised, the moment and the activity's definition known. */
export interface CheckedItem extends IntakeItem {
  touch: boolean;
  definitionId: number | undefined;
  /** By which it was checked: it says how keys are spelled. */
  schema: Schema;
  /** Not among the fields: it finds people, and is no value of theirs. */
  anonymousId?: string | undefined;
}

/** An item ready to be recorded, or what is wrong with it, in Ortto's words where they are known. */
export function checkItem(item: IntakeItem, schema: Schema, now: Date): CheckedItem | { error: string } {
  const fields: Record<string, Value> = {};
  for (const [id, value] of Object.entries(item.fields)) {
    const kept = keptValue(id, value, schema, item);
    if ('value' in kept) fields[id] = kept.value;
    else if (!item.lenient) return { error: kept.problem };
  }
  const { unlessSuppressed: suppressible } = item;
  if (suppressible !== undefined && !schema.fields.has(suppressible)) return { error: notFound(suppressible) };
  const who = checkWho(item, fields, schema);
  if (who) return { error: who };
  const told = ANONYMOUS_ID in fields ? byAnonymousId(item, fields, schema) : { ...item, fields };
  for (const id of item.clear ?? []) {
    const problem = cannotWrite(id, item, schema);
    if (problem) return { error: problem };
  }
  for (const [id, value] of Object.entries(item.location ? locationFields(item.location) : {}))
    if (value !== null || !Object.hasOwn(fields, id)) fields[id] = value;
  const wrongTag = [...(item.tags ?? []), ...(item.unsetTags ?? [])].find((tag) => tag === '' || tag.length > TAG_MAX);
  if (wrongTag !== undefined) return { error: `a tag has 1 to ${TAG_MAX} characters, not ${wrongTag.length}` };
  // One that has got in before can still be taken away.
  if (item.tags?.some((tag) => tag.trim() === '')) return { error: 'a tag is not made of spaces alone' };
  if (!isStorable([...(item.tags ?? []), ...(item.unsetTags ?? [])])) return { error: 'a tag can not hold U+0000' };
  if (!item.activity) return { ...told, schema, touch: false, definitionId: undefined };
  const definition = schema.activities.get(item.activity.id);
  if (!definition || definition.archived) {
    return { error: `${item.activity.id}: Object not found (create the activity definition first)` };
  }
  const activity = checkActivity(item.activity, now, item.history ? HISTORY_BEGINS : undefined);
  if (typeof activity === 'string') return { error: `${item.activity.id}: ${activity}` };
  return { ...told, schema, activity, touch: definition.touch, definitionId: definition.definitionId };
}

/** In Ortto's words (recorded). */
function notFound(id: string): string {
  return `failed to validate field ${id} in schema: ${id}: Object not found`;
}

/** A value as its field keeps it, or why it can not be written. */
export function keptValue(
  id: string,
  value: Value,
  schema: Schema,
  by: Pick<IntakeItem, 'ours'> = {},
): { value: Value } | { problem: string } {
  const problem = cannotWrite(id, by, schema);
  if (problem) return { problem };
  const checked = normal(id, value);
  return 'problem' in checked ? { problem: `failed to validate field ${id}: ${checked.problem}` } : checked;
}

/** Why a field can not be written, in Ortto's words (recorded). */
function cannotWrite(id: string, item: Pick<IntakeItem, 'ours'>, schema: Schema): string | undefined {
  const field = schema.fields.get(id);
  if (field && (!field.readOnly || item.ours)) return undefined;
  const source = parseFieldId(id)?.source;
  // Those of integrations can not be written, not even unchanged.
  return source === undefined || OPEN_SOURCES.has(source) ? notFound(id) : `can not apply mutation for ${id}`;
}

function checkWho(item: IntakeItem, fields: Fields, schema: Schema): string | undefined {
  if ('personId' in item.who) return undefined;
  const { by, alternatives } = item.who;
  if (by.length === 0 || by.length > KEYS_MAX) return `merge_by takes one to ${KEYS_MAX} fields`;
  for (const id of keyFieldsOf(by, alternatives)) {
    const field = schema.fields.get(id);
    if (!field) return notFound(id);
    if (!field.isKey)
      return `failed to validate field ${id}: ${schema.entity === 'person' ? 'people' : 'accounts'} can not be found by it`;
  }
  return [...by, ANONYMOUS_ID].some((id) => keyValue(schema.fields.get(id), fields[id]) !== undefined)
    ? undefined
    : `none of the merge keys is given: ${by.join(', ')}`;
}

/**
 * An anonymous id counts last, wherever it stands among the merge keys: whatever else finds a person knows better.
 * Where it stands alone, the other keys that the item gives do.
 */
function byAnonymousId(item: IntakeItem, given: Fields, schema: Schema): IntakeItem & { anonymousId?: string } {
  const { [ANONYMOUS_ID]: value, ...fields } = given;
  const anonymousId = keyValue(schema.fields.get(ANONYMOUS_ID), value);
  const told = { ...item, fields, ...(anonymousId === undefined ? {} : { anonymousId }) };
  if ('personId' in item.who) return told;
  const gives = (id: string): boolean => keyValue(schema.fields.get(id), fields[id]) !== undefined;
  const named = item.who.by.filter((id) => id !== ANONYMOUS_ID && gives(id));
  const others = ['str::email', 'str::ei', ...schema.fields.keys()].filter(
    (id) => schema.fields.get(id)?.isKey && gives(id),
  );
  return {
    ...told,
    who: { ...item.who, by: named.length > 0 ? item.who.by.filter((id) => id !== ANONYMOUS_ID) : [...new Set(others)] },
  };
}

/** Every field by which an item looks for its person. */
export function keyFieldsOf(by: readonly string[], alternatives: Alternatives = {}): string[] {
  return by.flatMap((id) => [id, ...alternativesOf(alternatives, id)]);
}

/** The other fields in which a key's value is looked for. */
export function alternativesOf(alternatives: Alternatives | undefined, fieldId: string): readonly string[] {
  return alternatives && Object.hasOwn(alternatives, fieldId) ? alternatives[fieldId]! : [];
}

type Alternatives = Readonly<Record<string, readonly string[]>>;

/** An activity as it can be recorded, or what is wrong with it. */
function checkActivity(activity: ActivityInput, now: Date, since?: Date): ActivityInput | string {
  if (!isStorable(activity.key)) return 'a key can not hold U+0000';
  if ((activity.key ?? '').length > KEY_MAX) return `a key has at most ${KEY_MAX} characters`;
  const attributes = checkAttributes(activity.attributes);
  if (typeof attributes === 'string') return attributes;
  return checkMoment(activity.at, now, since) ?? { ...activity, attributes };
}

/** Attributes that are asked about in the one spelling that fields have. */
const SPELLED = new Set(['tme', 'phn']);

function checkAttributes(given: Fields): Fields | string {
  const entries = Object.entries(given);
  if (entries.length > ATTRIBUTES_MAX) return `more than ${ATTRIBUTES_MAX} attributes`;
  if (isLargerThan(ATTRIBUTES_MAX_BYTES, given)) return `larger than ${ATTRIBUTES_MAX_BYTES} bytes`;
  const attributes: Record<string, Value> = {};
  for (const [id, value] of entries) {
    const parsed = parseFieldId(id);
    if (!parsed) return `"${id}" is not an attribute id such as str:cm:name`;
    const problem = problemWithValue(parsed.type, value);
    if (problem) return `attribute ${id}: ${problem}`;
    const spelled = SPELLED.has(parsed.type) ? normal(id, value) : { value };
    if ('problem' in spelled && parsed.type === 'tme') return `attribute ${id}: ${spelled.problem}`;
    // An activity is not lost over a number that is no phone's: that stays as it was said.
    attributes[id] = 'problem' in spelled ? value : spelled.value;
  }
  return attributes;
}

function checkMoment(at: Date | undefined, now: Date, since?: Date): string | undefined {
  if (!at) return undefined;
  if (Number.isNaN(at.getTime())) return 'created is not an RFC 3339 time such as "2025-10-15T14:30:00Z"';
  if (at.getTime() > now.getTime() + AHEAD_MAX_MS) return 'created lies in the future';
  if (since) return at < since ? 'created lies before 1990' : undefined;
  return now.getTime() - at.getTime() > BACKDATE_MAX_MS ? 'created lies more than 90 days back' : undefined;
}

/** What of a key field says how its values are spelled. */
export type Spelled = Pick<SchemaField, 'id' | 'displayType'>;

/** The text under which a value of a key field is looked up, or undefined when it identifies nobody, as spaces do. */
export function keyValue(field: Spelled | undefined, value: Value | undefined): string | undefined {
  if (value === undefined || value === null || (typeof value === 'string' && !/\S/.test(value))) return undefined;
  if (field?.id === 'str::email') return String(value).trim().toLowerCase();
  if (field?.displayType === 'email') return folded(String(value));
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
