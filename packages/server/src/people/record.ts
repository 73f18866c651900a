import type { IntakeItem, IntakeOutcome } from '@tributary/model';
import type { Tx } from '../platform/database/pool.ts';
import { type CheckedItem, checkItem } from './check.ts';
import { countDays } from './daily.ts';
import type { Happening } from './happening.ts';
import { ANONYMOUS_ID } from './identity/anonymous.ts';
import { type Conflict, conflictsOf, namesSeveral, withoutOtherNames } from './identity/conflicts.ts';
import { upsertDuplicates } from './identity/store/duplicate.sql.ts';
import { updateRefused } from './identity/store/merge.sql.ts';
import { IMPORTED } from './imported.ts';
import { mergeInto } from './merge-into.ts';
import { refusedAgain } from './permission.ts';
import type { Recorder } from './recorder.ts';
import { choose, freeKeys, newKeys, type Subject, takenKeys } from './resolve.ts';
import type { Schema } from './schema.ts';
import { see } from './seen.ts';
import type { Key } from './store/identity.sql.ts';
import { findSuppressed, type Suppressed } from './store/suppression.sql.ts';
import { findSubjects, newSubject } from './subjects.ts';
import { addressOf } from './suppression/address.ts';
import { applyTags } from './tags.ts';
import { writeActivities } from './write-activities.ts';
import { writeSubjects } from './write-subjects.ts';

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
  const good: Good[] = [];
  for (const [at, item] of items.entries()) {
    const checked = checkItem(item, schema, now);
    if ('error' in checked) outcomes[at] = { status: 'invalid', error: checked.error };
    else good.push({ item: checked, at });
  }
  if (good.length === 0) return outcomes;

  const batch = await begin(tx, recorder, of, good);
  for (const { item, at } of good) outcomes[at] = await take(batch, item, at);
  const { happenings, tagged, conflicts, subjects } = batch;
  if (tagged.length > 0) happenings.push(...(await applyTags(tx, { workspaceId, schema, now }, tagged)));
  conflicts.push(...(await writeSubjects(tx, batch)));
  const imported = items.every(({ source }) => source === IMPORTED);
  await writeActivities(tx, recorder, { ...of, imported }, happenings, outcomes, subjects);
  upsertDuplicates(tx, workspaceId, conflicts, now);
  updateRefused(tx, batch.refused);
  return outcomes;
}

/** An item that is right, and its place among those given. */
interface Good {
  item: CheckedItem;
  at: number;
}

/** What is known before the first item is taken, and what comes of each of them until it is written. */
type Batch = Awaited<ReturnType<typeof begin>>;

async function begin(
  tx: Tx,
  recorder: Recorder,
  { workspaceId, schema, now }: { workspaceId: number; schema: Schema; now: Date },
  good: readonly Good[],
) {
  const items = good.map(({ item }) => item);
  const suppressed = await suppressedAmong(tx, workspaceId, items);
  const { subjects, byId, directory } = await findSubjects(tx, workspaceId, schema, items);
  const subjectOf = (item: CheckedItem): Subject | undefined =>
    'personId' in item.who ? byId.get(item.who.personId) : choose(item, directory.byKey);
  const newcomers = items.filter((item) => !('personId' in item.who) && !choose(item, directory.byKey));
  const newIds = await recorder.personIds.next(
    tx,
    newcomers.map(() => now),
  );
  return {
    workspaceId,
    schema,
    now,
    suppressed,
    subjects,
    directory,
    subjectOf,
    keyFields: [...schema.fields.values()].filter((field) => field.isKey),
    /** The lowest first. One who was there when we looked may lose their keys to an item before, and be new after all. */
    newId: async () => newIds.shift() ?? (await recorder.personIds.next(tx, [now]))[0]!,
    most: recorder.daily?.activities,
    days: recorder.daily && (await countDays(tx, recorder.daily, now, items, subjectOf)),
    happenings: [] as Happening[],
    tagged: [] as { subject: Subject; item: CheckedItem }[],
    /** Anonymous ids that are somebody's from now on. */
    claims: [] as (Key & { personId: string })[],
    conflicts: [] as Conflict[],
    refused: [] as { personId: string; fieldId: string }[],
  };
}

/** Takes one item: its person as they are after it, what it adds to the timeline, and what became of it. */
async function take(batch: Batch, item: CheckedItem, at: number): Promise<IntakeOutcome> {
  const { schema, now, directory, days } = batch;
  const known = batch.subjectOf(item);
  const isNew = known === undefined;
  const nobody = isNew ? whyNobody(batch, item) : undefined;
  if (nobody) return nobody;
  const subject = known ?? newSubject(await batch.newId(), now);
  if (isNew) batch.subjects.push(subject);
  if (days && !(await days.takes(item, subject))) {
    return { status: 'invalid', error: `${item.activity!.id}: more than ${batch.most} of one person on one day` };
  }
  if (isNew || namesSeveral(item)) {
    subject.foundBy.push(...freeKeys(item, directory.byKey));
    batch.conflicts.push(...conflictsOf(item, subject, directory.byKey));
  }
  const personId = subject.row.id;
  const before = subject.row.fields;
  for (const fieldId of refusedAgain(before, item)) batch.refused.push({ personId, fieldId });
  batch.happenings.push(...mergeInto(subject, withoutOtherNames(item, subject, directory), isNew, { schema, now }));
  for (const key of newKeys(before, subject.row.fields, batch.keyFields)) {
    if (!directory.byKey(key)) directory.learn(key, subject);
  }
  if (item.anonymousId !== undefined) {
    const key = { fieldId: ANONYMOUS_ID, value: item.anonymousId };
    if (!directory.byKey(key)) {
      directory.learn(key, subject, { isOtherName: true });
      batch.claims.push({ ...key, personId });
    }
  }
  const untouched = !isNew && item.strategy === 3;
  if (!untouched && (item.tags?.length || item.unsetTags?.length)) batch.tagged.push({ subject, item });
  if (item.activity) batch.happenings.push(happening(subject, item, at, now));
  return { personId, status: isNew ? 'created' : untouched ? 'untouched' : 'merged' };
}

/** Why an item that finds nobody makes nobody, where it does not. */
function whyNobody({ suppressed, directory }: Batch, item: CheckedItem): IntakeOutcome | undefined {
  if ('personId' in item.who) return { status: 'not_found', error: 'Person not found' };
  if (item.existingOnly) return { status: 'not_found', error: 'Person not found, and none is to be made' };
  const taken = takenKeys(item, directory.byKey);
  if (taken.length > 0) {
    const error = `${taken.join(' and ')} are those of different people: somebody new would be found by none of them`;
    return { status: 'invalid', error };
  }
  return suppressed.has(addressIn(item)) ? { status: 'suppressed', error: 'Email is suppressed' } : undefined;
}

/** Of the addresses that make nobody when they are suppressed, those that are. Asks only where an item wants to know. */
async function suppressedAmong(
  tx: Tx,
  workspaceId: number,
  items: readonly CheckedItem[],
): Promise<ReadonlyMap<string, Suppressed>> {
  const addresses = items.map(addressIn).filter(Boolean);
  return findSuppressed(tx, workspaceId, [...new Set(addresses)]);
}

function addressIn(item: CheckedItem): string {
  const address = item.unlessSuppressed === undefined ? undefined : item.fields[item.unlessSuppressed];
  return typeof address === 'string' ? addressOf(address) : '';
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
