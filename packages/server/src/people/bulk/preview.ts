import { type Fields, type IntakeItem, mergeFields } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import { type CheckedItem, checkItem } from '../check.ts';
import { type Entity, personEntity } from '../filter/entity.ts';
import { withoutOtherNames } from '../identity/conflicts.ts';
import { findAliases } from '../identity/store/alias.sql.ts';
import { withDefaultPermissions } from '../permission.ts';
import {
  choose,
  createDirectory,
  type Directory,
  type Holder,
  isValueOf,
  keysOf,
  newKeys,
  type Subject,
} from '../resolve.ts';
import type { Schema } from '../schema.ts';
import { keyText } from '../store/identity.sql.ts';
import { findOwners, findSeen } from './found.sql.ts';

/** What `record` would do with an item. */
export interface Preview {
  status: 'created' | 'merged' | 'untouched' | 'invalid' | 'not_found';
  error?: string;
  /** Of the person, or account, that is there. */
  id?: string;
  before?: Fields;
  after?: Fields;
  /** The keys they would be made with: whoever comes later with one of them is the same. */
  keys?: readonly string[];
}

type Found = Subject<Holder>;

/** What `record` would do with these items now, in their order; nothing is written, nobody waits. */
export async function preview(
  db: Queryable,
  of: { workspaceId: number; entity: Entity; schema: Schema; now: Date },
  items: readonly IntakeItem[],
): Promise<Preview[]> {
  const { workspaceId, entity, schema, now } = of;
  const isPerson = schema.entity === 'person';
  const checked = items.map((item) => checkItem(item, schema, now));
  const good = checked.filter((item): item is CheckedItem => !('error' in item));
  const { byId, directory } = await findSubjects(db, { workspaceId, entity, schema }, good);
  const keyFields = [...schema.fields.values()].filter((field) => field.isKey);
  return checked.map((item): Preview => {
    if ('error' in item) return { status: 'invalid', error: item.error };
    const subject = 'personId' in item.who ? byId.get(item.who.personId) : choose(item, directory.byKey);
    if (!subject && ('personId' in item.who || item.existingOnly))
      return { status: 'not_found', error: `${isPerson ? 'Person' : 'Account'} not found` };
    const before = subject?.row.fields ?? {};
    const given = givenTo(subject, item, isPerson, directory);
    const after = mergeFields(before, given, { strategy: subject ? (item.strategy ?? 2) : 2, clear: item.clear ?? [] });
    const met = subject ?? newcomer();
    met.row.fields = after;
    const gained = newKeys(before, after, keyFields);
    for (const key of gained) if (!directory.byKey(key)) directory.learn(key, met);
    if (!subject) return { status: 'created', before, after, keys: keysOf(item).map(keyText) };
    const isNewHere = met.row.id === NOBODY;
    const status = item.strategy === 3 ? 'untouched' : 'merged';
    return { status, ...(isNewHere ? {} : { id: met.row.id }), before, after };
  });
}

function givenTo(
  subject: Found | undefined,
  item: CheckedItem,
  isPerson: boolean,
  directory: Directory<Found>,
): Fields {
  if (subject) return withoutOtherNames(item, subject, directory).fields;
  return isPerson ? withDefaultPermissions(item.fields) : item.fields;
}

const NOBODY = '0';

async function findSubjects(
  db: Queryable,
  { workspaceId, entity, schema }: { workspaceId: number; entity: Entity; schema: Schema },
  items: readonly CheckedItem[],
) {
  const keys = new Map(items.flatMap(keysOf).map((key) => [keyText(key), key]));
  const owners = await findOwners(db, workspaceId, entity, [...keys.values()]);
  const named = items.flatMap((item) => ('personId' in item.who ? [item.who.personId] : []));
  // Accounts never become another.
  const aliases = entity === personEntity ? await findAliases(db, workspaceId, named) : new Map<string, string>();
  const rows = await findSeen(db, workspaceId, entity, [
    ...new Set([...owners.values(), ...named.map((id) => aliases.get(id) ?? id)]),
  ]);
  const byId = new Map(rows.map((row) => [row.id, { ...newcomer(), row, before: row.fields, isNew: false }]));
  for (const [id, now] of aliases) {
    const subject = byId.get(now);
    if (subject) byId.set(id, subject);
  }
  const directory = createDirectory<Found>(schema);
  for (const [text, key] of keys) {
    const subject = byId.get(owners.get(text) ?? '');
    // Only people become others, and have other names by that.
    if (subject)
      directory.learn(key, subject, { isOtherName: entity === personEntity && !isValueOf(key, subject, schema) });
  }
  return { byId, directory };
}

function newcomer(): Found {
  return { row: { id: NOBODY, fields: {} }, before: {}, isNew: true, changed: false, seen: false, foundBy: [] };
}
