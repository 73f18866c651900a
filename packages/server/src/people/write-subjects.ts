import type { Tx } from '../platform/database/pool.ts';
import { ACCOUNT_FIELD } from './accounts/field.ts';
import { updateSeenOfAccounts } from './accounts/store/seen.sql.ts';
import type { Conflict } from './identity/conflicts.ts';
import { RaceLost } from './recorder.ts';
import { type Directory, keyChanges, type Subject } from './resolve.ts';
import type { SchemaField } from './schema.ts';
import { deleteKeys, findByKeys, insertKeys, type Key, keyText } from './store/identity.sql.ts';
import { insertPeople, updatePeople, updateSeen } from './store/person.sql.ts';
import { findSuppressed } from './store/suppression.sql.ts';
import { addressesOf, markMoved, movedAmong } from './suppression/mark.ts';

/**
 * Writes whoever is new, changed or was seen, and their keys. Returns the keys that are somebody else's.
 * Throws `RaceLost`.
 */
export async function writeSubjects(
  tx: Tx,
  {
    workspaceId,
    now,
    keyFields,
    claims,
    subjects,
    directory,
  }: {
    workspaceId: number;
    now: Date;
    keyFields: readonly SchemaField[];
    claims: readonly (Key & { personId: string })[];
    subjects: readonly Subject[];
    directory: Directory;
  },
): Promise<Conflict[]> {
  const changed = subjects.filter((subject) => subject.changed);
  const changes = changed.map((subject) => ({ subject, ...keyChanges(subject, keyFields, directory.byKey) }));
  deleteKeys(
    tx,
    workspaceId,
    changes.flatMap((change) => change.lost),
  );
  const wanted = [...changes.flatMap((change) => change.gained), ...claims];
  const moved = movedAmong(changed);
  // Sent together: one round trip.
  const [claimed, listed] = await Promise.all([
    insertKeys(tx, workspaceId, wanted),
    findSuppressed(tx, workspaceId, addressesOf(moved)),
  ]);
  // A key that was free when we looked and is not now: someone else has just made that person. Anyone who
  // takes over a key of another keeps the value in the field; the key stays with its first owner.
  const missed = changes.some(({ subject, gained }) =>
    gained.map(keyText).some((key) => subject.foundBy.includes(key) && !claimed.has(key)),
  );
  if (missed) throw new RaceLost('race lost');
  const unclaimed = wanted.filter((key) => !claimed.has(keyText(key)));
  const holders = await findByKeys(tx, workspaceId, unclaimed);
  for (const key of wanted) if (claimed.has(keyText(key))) holders.set(keyText(key), key.personId);
  markMoved(moved, listed, (key) => holders.get(keyText(key)));
  insertPeople(
    tx,
    workspaceId,
    changed.filter((s) => s.isNew).map((s) => s.row),
    now,
  );
  updatePeople(
    tx,
    workspaceId,
    changed.filter((s) => !s.isNew).map((s) => s.row),
    now,
  );
  updateSeen(
    tx,
    workspaceId,
    subjects.filter((s) => s.seen && !s.changed).map((s) => s.row),
  );
  updateSeenOfAccounts(
    tx,
    workspaceId,
    subjects.filter((s) => s.seen && s.row.fields[ACCOUNT_FIELD] !== undefined).map((s) => s.row),
  );
  return unclaimed.flatMap(({ fieldId, value, personId }) => {
    const otherId = holders.get(keyText({ fieldId, value }));
    return otherId === undefined || otherId === personId ? [] : [{ personId, otherId, fieldId }];
  });
}
