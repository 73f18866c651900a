import type { Fields } from '@tributary/model';
import type { CheckedItem } from './check.ts';
import { alternativesOf, keyValue, type Spelled } from './check.ts';
import { ANONYMOUS_ID } from './identity/anonymous.ts';
import type { Schema } from './schema.ts';
import { type Key, keyText } from './store/identity.sql.ts';
import type { PersonRow } from './store/person.sql.ts';

/** Whoever keys can belong to: a person, an account. */
export interface Holder {
  id: string;
  fields: Fields;
}

/** What is kept of a person beside their fields, of which others are told when it changes. */
export type Was = Pick<PersonRow, 'firstSeenAt' | 'lastSeenAt' | 'subscribedAt' | 'unsubscribedAt' | 'tags'>;

/** One of them in the course of one batch: as read, and as the items so far have changed them. */
export interface Subject<Row extends Holder = PersonRow> {
  row: Row;
  before: Fields;
  isNew: boolean;
  changed: boolean;
  seen: boolean;
  /** What the server keeps of them, as it was; of people who were there. */
  was?: Was;
  /** The keys by which they were asked for, and which belonged to nobody when we looked. */
  foundBy: string[];
}

type Found = Subject<Holder>;
type ByKey<S> = (key: Key) => S | undefined;

/**
 * The keys an item can be found by, in the order it names them, each with those it is also looked for under; keys
 * without a value are left out.
 */
function keyGroups(item: CheckedItem): { fieldId: string; keys: Key[] }[] {
  if ('personId' in item.who) return [];
  const { by, alternatives } = item.who;
  const { fields } = item.schema;
  return by.flatMap((fieldId) => {
    const given = item.fields[fieldId];
    const value = keyValue(fields.get(fieldId), given);
    if (value === undefined) return [];
    // As the other field spells its values, and as this one does: an e-mail is in small letters here, in a field of text as it was given.
    const others = alternativesOf(alternatives, fieldId).flatMap((other) =>
      [...new Set([keyValue(fields.get(other), given)!, value])].map((spelled) => ({ fieldId: other, value: spelled })),
    );
    return [{ fieldId, keys: [{ fieldId, value }, ...others] }];
  });
}

/** All the keys an item can be found by, an anonymous id last. */
export function keysOf(item: CheckedItem): Key[] {
  const { anonymousId } = item;
  const keys = namedKeysOf(item);
  return anonymousId === undefined ? keys : [...keys, { fieldId: ANONYMOUS_ID, value: anonymousId }];
}

/** The same without the anonymous id. */
export function namedKeysOf(item: CheckedItem): Key[] {
  return keyGroups(item).flatMap(({ keys }) => keys);
}

/** Those of an item's keys that belong to nobody. */
export function freeKeys(item: CheckedItem, byKey: ByKey<Found>): string[] {
  return keysOf(item)
    .filter((key) => !byKey(key))
    .map(keyText);
}

/**
 * The person an item is about, among those found by its keys. Find strategy 0:
 * the first key that finds anyone; 1: a later key counts only for people whose
 * earlier key fields are empty; 2: somebody whom all keys given fit, also where
 * a key finds another who had that value first (Ortto help, a-257).
 */
export function choose<S extends Found>(item: CheckedItem, byKey: ByKey<S>): S | undefined {
  return chooseByName(item, byKey) ?? (item.anonymousId === undefined ? undefined : chooseAnonymous(item, byKey));
}

/**
 * Whoever the anonymous id leads to, unless a key that the item names is another
 * one of theirs: then somebody else is at the same machine.
 */
function chooseAnonymous<S extends Found>(item: CheckedItem, byKey: ByKey<S>): S | undefined {
  const subject = byKey({ fieldId: ANONYMOUS_ID, value: item.anonymousId! });
  const fits = keyGroups(item).every(({ fieldId, keys }) => {
    const known = keyValue(item.schema.fields.get(fieldId), subject?.row.fields[fieldId]);
    return known === undefined || known === keys[0]!.value;
  });
  return fits ? subject : undefined;
}

function chooseByName<S extends Found>(item: CheckedItem, byKey: ByKey<S>): S | undefined {
  const groups = keyGroups(item);
  const found = groups.map(({ fieldId, keys }) => ({ fieldId, subject: firstOf(keys, byKey) }));
  const find = 'by' in item.who ? (item.who.find ?? 0) : 0;
  if (find === 2) {
    const fits = (subject: S): boolean =>
      groups.every(({ keys }) => keys.some((key) => byKey(key) === subject || isValueOf(key, subject, item.schema)));
    return found.find(({ subject }) => subject && fits(subject))?.subject;
  }
  for (const [i, { subject }] of found.entries()) {
    if (!subject) continue;
    const earlier = found.slice(0, i).map(({ fieldId }) => fieldId);
    if (find === 0 || earlier.every((fieldId) => subject.row.fields[fieldId] === undefined)) return subject;
  }
  return undefined;
}

/**
 * The fields of the keys by which an item that all of them have to find could never be found: each is somebody's already.
 * Whoever was made of it would be made again by the next.
 */
export function takenKeys(item: CheckedItem, byKey: ByKey<Found>): string[] {
  if (!('by' in item.who) || item.who.find !== 2 || item.anonymousId !== undefined) return [];
  const groups = keyGroups(item);
  return groups.every(({ keys }) => byKey(keys[0]!)) ? groups.map(({ fieldId }) => fieldId) : [];
}

function firstOf<S>(keys: readonly Key[], byKey: ByKey<S>): S | undefined {
  for (const key of keys) {
    const subject = byKey(key);
    if (subject) return subject;
  }
  return undefined;
}

/** The keys that a merge has given a person who did not have them before it. */
export function newKeys(before: Fields, after: Fields, keyFields: readonly Spelled[]): Key[] {
  return keyFields.flatMap((field) => {
    const value = keyValue(field, after[field.id]);
    return value === undefined || value === keyValue(field, before[field.id]) ? [] : [{ fieldId: field.id, value }];
  });
}

/**
 * Which keys a person has gained and lost in the batch. A value that belonged to
 * someone else when this person got it is kept in the field, and is no key.
 */
export function keyChanges(
  subject: Found,
  keyFields: readonly Spelled[],
  byKey: ByKey<Found>,
): { gained: (Key & { personId: string })[]; lost: (Key & { personId: string })[] } {
  const gained: (Key & { personId: string })[] = [];
  const lost: (Key & { personId: string })[] = [];
  for (const field of keyFields) {
    const fieldId = field.id;
    const was = subject.isNew ? undefined : keyValue(field, subject.before[fieldId]);
    const value = keyValue(field, subject.row.fields[fieldId]);
    const holder = value === undefined ? undefined : byKey({ fieldId, value });
    const is = holder === subject || (holder === undefined && value === was) ? value : undefined;
    if (was === is) continue;
    if (was !== undefined) lost.push({ fieldId, value: was, personId: subject.row.id });
    if (is !== undefined) gained.push({ fieldId, value: is, personId: subject.row.id });
  }
  return { gained, lost };
}

/** Whether a key is what its field says of the person. */
export function isValueOf(key: Key, { row }: Found, { fields }: Pick<Schema, 'fields'>): boolean {
  return keyValue(fields.get(key.fieldId), row.fields[key.fieldId]) === key.value;
}

export interface Directory<S extends Found = Subject> {
  byKey: ByKey<S>;
  /** An other name finds its person though no field of theirs has it as value. */
  learn(key: Key, subject: S, how?: { isOtherName: boolean }): void;
  isOtherName(key: Key): boolean;
}

/**
 * Finds subjects by key, as the items so far have left them: a key that its
 * person has lost on the way finds nobody, just as if the items had come one by one.
 */
export function createDirectory<S extends Found = Subject>(schema: Pick<Schema, 'fields'>): Directory<S> {
  const subjects = new Map<string, S>();
  const otherNames = new Set<string>();
  return {
    byKey(key) {
      const text = keyText(key);
      const subject = subjects.get(text);
      return subject && (isValueOf(key, subject, schema) || otherNames.has(text)) ? subject : undefined;
    },
    learn(key, subject, how) {
      const text = keyText(key);
      subjects.set(text, subject);
      if (how?.isOtherName) otherNames.add(text);
    },
    isOtherName: (key) => otherNames.size > 0 && otherNames.has(keyText(key)),
  };
}
