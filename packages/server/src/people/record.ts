import { type Fields, type IntakeItem, type IntakeOutcome, mergeFields } from '@tributary/model';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import { ACCOUNT_FIELD } from './accounts/field.ts';
import { updateSeenOfAccounts } from './accounts/store/seen.sql.ts';
import { trackedChanges } from './catalog/tracked.ts';
import { type CheckedItem, checkItem } from './check.ts';
import { countDays, type DailyLimit } from './daily.ts';
import { builtInHappening, type Happening } from './happening.ts';
import { ANONYMOUS_ID } from './identity/anonymous.ts';
import { type Conflict, conflictsOf, namesSeveral, withoutOtherNames } from './identity/conflicts.ts';
import { lockAliased } from './identity/find.ts';
import { upsertDuplicates } from './identity/store/duplicate.sql.ts';
import { updateRefused } from './identity/store/merge.sql.ts';
import { IMPORTED } from './imported.ts';
import type { Ids } from './numbers.ts';
import type { Partitions } from './partitions.ts';
import { permissionChanges, refusedAgain, withDefaultPermissions } from './permission.ts';
import {
  choose,
  createDirectory,
  type Directory,
  freeKeys,
  isValueOf,
  keyChanges,
  keysOf,
  newKeys,
  type Subject,
} from './resolve.ts';
import type { Schema, SchemaField } from './schema.ts';
import { see } from './seen.ts';
import { insertActivities } from './store/activity.sql.ts';
import { deleteKeys, findByKeys, insertKeys, type Key, keyText } from './store/identity.sql.ts';
import { insertPeople, lockPeople, type PersonRow, updatePeople, updateSeen } from './store/person.sql.ts';
import { findSuppressed, type Suppressed } from './store/suppression.sql.ts';
import { addressOf } from './suppression/address.ts';
import { addressesOf, isSameAddress, markMoved, movedAmong } from './suppression/mark.ts';
import { applyTags } from './tags.ts';
import { fieldsTouched, HARD_BOUNCED } from './touched.ts';

export interface Recorder {
  personIds: Ids;
  activityIds: Ids;
  partitions: Partitions;
  /** How often somebody may do the same on a day, where that is limited. */
  daily?: DailyLimit | undefined;
}

/** Another transaction made the same new person at the same moment: start over, and find them. */
export class RaceLost extends Error {
  readonly code = '40001';
}

/**
 * The one way in: finds or makes the person of each item, merges what is known,
 * records what they did and leaves the news, in a fixed number of statements
 * however many items there are. Items are taken in order; one that is wrong
 * changes nothing and does not hold up the others.
 */
export async function record(
  tx: Tx,
  recorder: Recorder,
  of: { workspaceId: number; schema: Schema; now: Date; keysAreNew?: boolean },
  items: readonly IntakeItem[],
): Promise<IntakeOutcome[]> {
  const { workspaceId, schema, now } = of;
  const outcomes = new Array<IntakeOutcome>(items.length);
  const good: { item: CheckedItem; at: number }[] = [];
  for (const [at, item] of items.entries()) {
    const checked = checkItem(item, schema, now);
    if ('error' in checked) outcomes[at] = { status: 'invalid', error: checked.error };
    else good.push({ item: checked, at });
  }
  if (good.length === 0) return outcomes;

  const suppressed = await suppressedAmong(tx, workspaceId, good);
  const checkedItems = good.map(({ item }) => item);
  const { subjects, byId, directory } = await findSubjects(tx, workspaceId, schema, checkedItems);
  const newcomers = good.filter(({ item }) => !('personId' in item.who) && !choose(item, directory.byKey));
  // Taken from the end: whoever comes first has the lowest.
  const newIds = (
    await recorder.personIds.next(
      tx,
      newcomers.map(() => now),
    )
  ).reverse();
  const keyFields = [...schema.fields.values()].filter((field) => field.isKey);
  const subjectOf = (item: CheckedItem): Subject | undefined =>
    'personId' in item.who ? byId.get(item.who.personId) : choose(item, directory.byKey);
  const days = recorder.daily && (await countDays(tx, recorder.daily, now, checkedItems, subjectOf));
  const happenings: Happening[] = [];
  const tagged: { subject: Subject; item: CheckedItem }[] = [];
  const claims: (Key & { personId: string })[] = [];
  const conflicts: Conflict[] = [];
  const refused: { personId: string; fieldId: string }[] = [];

  for (const { item, at } of good) {
    let subject = subjectOf(item);
    const isNew = subject === undefined;
    if (!subject) {
      if ('personId' in item.who) outcomes[at] = { status: 'not_found', error: 'Person not found' };
      else if (item.existingOnly)
        outcomes[at] = { status: 'not_found', error: 'Person not found, and none is to be made' };
      else if (suppressed.has(addressIn(item))) outcomes[at] = { status: 'suppressed', error: 'Email is suppressed' };
      if (outcomes[at]) continue;
      const id = newIds.pop() ?? (await recorder.personIds.next(tx, [now]))[0]!;
      subject = newSubject(id, now);
      subjects.push(subject);
    }
    if (days && !(await days.takes(item, subject))) {
      const most = recorder.daily!.activities;
      outcomes[at] = { status: 'invalid', error: `${item.activity!.id}: more than ${most} of one person on one day` };
      continue;
    }
    if (isNew || namesSeveral(item)) {
      subject.foundBy.push(...freeKeys(item, directory.byKey));
      conflicts.push(...conflictsOf(item, subject, directory.byKey));
    }
    const before = subject.row.fields;
    for (const fieldId of refusedAgain(before, item)) refused.push({ personId: subject.row.id, fieldId });
    happenings.push(...mergeInto(subject, withoutOtherNames(item, subject, directory), isNew, { schema, now }));
    for (const key of newKeys(before, subject.row.fields, keyFields)) {
      if (!directory.byKey(key)) directory.learn(key, subject);
    }
    if (item.anonymousId !== undefined) {
      const key = { fieldId: ANONYMOUS_ID, value: item.anonymousId };
      if (!directory.byKey(key)) {
        directory.learn(key, subject, { isOtherName: true });
        claims.push({ ...key, personId: subject.row.id });
      }
    }
    const untouched = !isNew && item.strategy === 3;
    if (!untouched && (item.tags?.length || item.unsetTags?.length)) tagged.push({ subject, item });
    outcomes[at] = { personId: subject.row.id, status: isNew ? 'created' : untouched ? 'untouched' : 'merged' };
    if (item.activity) happenings.push(happening(subject, item, at, now));
  }

  if (tagged.length > 0) happenings.push(...(await applyTags(tx, { workspaceId, schema, now }, tagged)));
  conflicts.push(...(await writeSubjects(tx, { workspaceId, keyFields, now, claims }, subjects, directory)));
  const imported = items.every(({ source }) => source === IMPORTED);
  await writeActivities(tx, recorder, { ...of, imported }, happenings, outcomes, subjects);
  upsertDuplicates(tx, workspaceId, conflicts, now);
  updateRefused(tx, refused);
  return outcomes;
}

/** Of the addresses that make nobody when they are suppressed, those that are. Asks only where an item wants to know. */
async function suppressedAmong(
  tx: Tx,
  workspaceId: number,
  good: readonly { item: CheckedItem }[],
): Promise<ReadonlyMap<string, Suppressed>> {
  const addresses = good.map(({ item }) => addressIn(item)).filter(Boolean);
  return findSuppressed(tx, workspaceId, [...new Set(addresses)]);
}

function addressIn(item: CheckedItem): string {
  const address = item.unlessSuppressed === undefined ? undefined : item.fields[item.unlessSuppressed];
  return typeof address === 'string' ? addressOf(address) : '';
}

async function findSubjects(tx: Tx, workspaceId: number, schema: Schema, items: readonly CheckedItem[]) {
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

function newSubject(id: string, now: Date): Subject {
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

/** Merges an item's fields into its person. Returns what the change of permissions, and of fields that are tracked, adds to the timeline. */
function mergeInto(
  subject: Subject,
  item: CheckedItem,
  isNew: boolean,
  of: { schema: Schema; now: Date },
): Happening[] {
  const { row } = subject;
  const given = isNew ? withDefaultPermissions(item.fields) : item.fields;
  const how = {
    strategy: isNew ? 2 : (item.strategy ?? 2),
    ...(item.clear && !isNew ? { clear: item.clear } : {}),
  } as const;
  const before = row.fields;
  const merged = mergeFields(before, given, how);
  if (merged === before) return [];
  const after = withoutMarks(before, merged);
  subject.changed = true;
  const changes = permissionChanges(before, after, item, of.now);
  row.fields = changes.length === 0 ? after : Object.assign({}, after, ...changes.map((change) => change.fields));
  for (const { activityId } of changes) {
    if (activityId === 'act::s-all') row.subscribedAt = of.now;
    if (activityId === 'act::u-all') row.unsubscribedAt = of.now;
  }
  if (isNew && after['bol::p'] === true) row.subscribedAt = of.now;
  const tracked = isNew || of.schema.tracked.length === 0 ? [] : trackedChanges(before, after, of.schema.tracked);
  return [...changes, ...tracked]
    .filter((change) => change.activityId !== item.activity?.id)
    .map(({ activityId, attributes }) => builtInHappening(subject, { activityId, attributes }, item.source, of));
}

/** That nobody has the address (`bol::hb`) is said of the address: another one has not bounced. */
function withoutMarks(before: Fields, after: Fields): Fields {
  const { [HARD_BOUNCED]: marked, ...rest } = after;
  return marked !== true || before[HARD_BOUNCED] !== true || isSameAddress(before['str::email'], after['str::email'])
    ? after
    : rest;
}

function happening(subject: Subject, item: CheckedItem, at: number, now: Date): Happening {
  const activity = item.activity!;
  const occurredAt = activity.at ?? now;
  if (item.touch) see(subject, occurredAt);
  return {
    item: at,
    personId: subject.row.id,
    activityId: activity.id,
    definitionId: item.definitionId!,
    occurredAt,
    source: item.source,
    key: activity.key,
    attributes: activity.attributes,
  };
}

async function writeSubjects(
  tx: Tx,
  of: {
    workspaceId: number;
    keyFields: readonly SchemaField[];
    now: Date;
    claims: readonly (Key & { personId: string })[];
  },
  subjects: readonly Subject[],
  directory: Directory,
): Promise<Conflict[]> {
  const { workspaceId, keyFields, now, claims } = of;
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

/** Writes what happened, and leaves the news of it and of whoever changed. */
export async function writeActivities(
  tx: Tx,
  recorder: Recorder,
  of: { workspaceId: number; now: Date; keysAreNew?: boolean; imported?: boolean },
  happenings: readonly Happening[],
  outcomes: IntakeOutcome[],
  subjects: readonly Subject[],
): Promise<void> {
  const moments = happenings.map((happening) => happening.occurredAt);
  await recorder.partitions.ensure(tx, moments);
  const ids = await recorder.activityIds.next(tx, moments);
  const rows = happenings.map((happening, i) => ({ ...happening, id: ids[i]! }));
  const written = await insertActivities(tx, of, rows);
  for (const { item, id } of rows) {
    const outcome = item === undefined ? undefined : outcomes[item];
    if (!outcome || !('personId' in outcome)) continue;
    if (written.has(id)) outcome.activityId = id;
    else outcome.duplicate = true;
  }
  const activities = rows
    .filter(({ id }) => written.has(id))
    .map(({ id, personId, activityId, occurredAt, attributes }) => {
      const at = occurredAt.toISOString();
      return { id, personId, activityId, at, ...campaignIn(activityId, attributes) };
    });
  const changed = subjects.filter((subject) => subject.changed).map((subject) => subject.row.id);
  if (activities.length > 0 || changed.length > 0) {
    leave(tx, of.now, 'people.recorded', {
      workspaceId: of.workspaceId,
      activities,
      changed,
      ...fieldsTouched(subjects),
      ...(of.imported && { imported: true as const }),
    });
  }
}

/** Who follows who is in which journey does not have to read what happened for it. */
function campaignIn(activityId: string, { 'idt::c': campaignId }: Fields): { campaignId?: string } {
  const tells = activityId === 'act::ej' || activityId === 'act::lj';
  return tells && typeof campaignId === 'string' ? { campaignId } : {};
}
