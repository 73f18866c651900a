import type { Tx } from '../platform/database/pool.ts';
import type { CheckedItem } from './check.ts';
import { ANONYMOUS_ID } from './identity/anonymous.ts';
import { lockAliased } from './identity/find.ts';
import { createDirectory, type Directory, isValueOf, keysOf, type Subject } from './resolve.ts';
import type { Schema } from './schema.ts';
import { findByKeys, type Key, keyText } from './store/identity.sql.ts';
import { lockPeople, type PersonRow } from './store/person.sql.ts';

/** Everybody whom the items of a batch name, by id or by key: locked, and read. */
export async function findSubjects(tx: Tx, workspaceId: number, schema: Schema, items: readonly CheckedItem[]) {
  const keys = new Map(items.flatMap(keysOf).map((key) => [keyText(key), key]));
  const named = [...new Set(items.flatMap((item) => ('personId' in item.who ? [item.who.personId] : [])))];
  const byId = new Map<string, Subject>();
  const directory = createDirectory(schema);
  const odd: { key: Key; subject: Subject }[] = [];
  for (const { fieldId, value, ...row } of await lockPeople(tx, workspaceId, named, [...keys.values()])) {
    const subject = byId.get(row.id) ?? oldSubject(row);
    byId.set(row.id, subject);
    if (fieldId === null) continue;
    const key = { fieldId, value };
    directory.learn(key, subject, { isOtherName: fieldId === ANONYMOUS_ID });
    if (fieldId !== ANONYMOUS_ID && !isValueOf(key, subject, schema)) odd.push({ key, subject });
  }
  if (odd.length > 0) await learnOtherNames(tx, workspaceId, odd, directory);
  const subjects = new Set(byId.values());
  const missing = named.filter((id) => !byId.has(id));
  for (const [id, row] of missing.length > 0 ? await lockAliased(tx, workspaceId, missing) : []) {
    const subject = byId.get(row.id) ?? oldSubject(row);
    byId.set(row.id, subject).set(id, subject);
    subjects.add(subject);
  }
  return { subjects: [...subjects], byId, directory };
}

/** Keys that are not what their field says: other names of theirs, unless they were lost while we waited for the lock. */
async function learnOtherNames(
  tx: Tx,
  workspaceId: number,
  odd: readonly { key: Key; subject: Subject }[],
  directory: Directory,
): Promise<void> {
  const still = await findByKeys(
    tx,
    workspaceId,
    odd.map(({ key }) => key),
  );
  for (const { key, subject } of odd) {
    if (still.get(keyText(key)) === subject.row.id) directory.learn(key, subject, { isOtherName: true });
  }
}

function oldSubject(row: PersonRow): Subject {
  return { row, was: { ...row }, before: row.fields, isNew: false, changed: false, seen: false, foundBy: [] };
}

export function newSubject(id: string, now: Date): Subject {
  const row: PersonRow = {
    id,
    fields: {},
    createdAt: now,
    firstSeenAt: null,
    lastSeenAt: null,
    subscribedAt: null,
    unsubscribedAt: null,
    tags: [],
  };
  return { row, before: {}, isNew: true, changed: true, seen: false, foundBy: [] };
}
