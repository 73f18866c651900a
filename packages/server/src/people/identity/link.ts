import type { IntakeItem, IntakeOutcome } from '@tributary/model';
import { type CheckedItem, checkItem } from '../check.ts';
import { record } from '../record.ts';
import { choose, createDirectory, keysOf, namedKeysOf, type Subject } from '../resolve.ts';
import { findByKeys, keyText } from '../store/identity.sql.ts';
import { findPeople, lockPeople } from '../store/person.sql.ts';
import { ANONYMOUS_ID } from './anonymous.ts';
import { findCurrent, holdAtOnce } from './find.ts';
import { lockAnonymousIds } from './store/whole.sql.ts';
import { unite, type Work } from './unite.ts';

/** Whether any of these items carries an anonymous id: the others have no need of what is here. */
export function carryAnonymousIds(items: readonly IntakeItem[]): boolean {
  return items.some((item) => ANONYMOUS_ID in item.fields);
}

/** Records items of which some carry anonymous ids. */
export async function recordLinked(work: Work, items: readonly IntakeItem[]): Promise<IntakeOutcome[]> {
  const { tx, workspaceId } = work;
  const checked = items.flatMap((item) => {
    const one = checkItem(item, work.schema, work.now);
    return 'error' in one ? [] : [one];
  });
  await lockAnonymousIds(
    tx,
    checked.flatMap(({ anonymousId }) => anonymousId ?? []),
  );
  // Everyone at once, and so in one order: part by part, two such batches would wait for each other in a circle.
  const ids = checked.flatMap(({ who }) => ('personId' in who ? [who.personId] : []));
  await lockPeople(tx, workspaceId, [...new Set(ids)], checked.flatMap(keysOf));
  const outcomes: IntakeOutcome[] = [];
  for (const part of partsOf(items, work)) {
    await linkAnonymous(work, part);
    outcomes.push(...(await record(work.tx, work.recorder, work, part)));
  }
  return outcomes;
}

/**
 * Items cut into parts that can be recorded one after the other, so that who is
 * to become one is there before the part that says so: a new part begins where
 * a key comes again in other company than before.
 */
function partsOf(items: readonly IntakeItem[], work: Work): IntakeItem[][] {
  const parts: IntakeItem[][] = [[]];
  let company = new Map<string, string>();
  for (const item of items) {
    const checked = checkItem(item, work.schema, work.now);
    const keys = 'error' in checked ? [] : namesOf(checked);
    const all = keys.join('\n\n');
    if (keys.some((key) => (company.get(key) ?? all) !== all)) {
      parts.push([]);
      company = new Map();
    }
    for (const key of keys) company.set(key, all);
    parts.at(-1)!.push(item);
  }
  return parts;
}

function namesOf(item: CheckedItem): string[] {
  return [...('personId' in item.who ? [item.who.personId] : []), ...keysOf(item).map(keyText)];
}

/**
 * Unites whom these items say are one: somebody of whom only an anonymous id is
 * known, and whom the same item names otherwise. Two who are both identified
 * are never made one here.
 */
async function linkAnonymous(work: Work, items: readonly IntakeItem[]): Promise<void> {
  const { tx, workspaceId } = work;
  const linking = items.flatMap((item) => {
    if (!(ANONYMOUS_ID in item.fields)) return [];
    const checked = checkItem(item, work.schema, work.now);
    if ('error' in checked || checked.anonymousId === undefined) return [];
    return 'personId' in checked.who || namedKeysOf(checked).length > 0 ? [checked] : [];
  });
  if (linking.length === 0) return;
  const pairs = await pairsOf(work, linking);
  if (pairs.length > 0) await holdAtOnce(tx, workspaceId, pairs.flat());
  for (const [known, anonymous] of pairs) {
    await unite(work, { people: [known, anonymous], survivor: known, reason: 'anonymous id', by: 'an anonymous id' });
  }
}

/** Whom the items name, each with the owner of their anonymous id, where those are two. */
async function pairsOf({ tx, workspaceId, schema }: Work, items: readonly CheckedItem[]): Promise<[string, string][]> {
  const keys = new Map(items.flatMap(keysOf).map((key) => [keyText(key), key]));
  const owners = await findByKeys(tx, workspaceId, [...keys.values()]);
  const rows = await findPeople(tx, workspaceId, [...new Set(owners.values())]);
  const byId = new Map(
    rows.map((row): [string, Subject] => [
      row.id,
      { row, before: row.fields, isNew: false, changed: false, seen: false, foundBy: [] },
    ]),
  );
  const directory = createDirectory(schema);
  for (const [text, key] of keys) {
    const subject = byId.get(owners.get(text) ?? '');
    if (subject) directory.learn(key, subject, { isOtherName: true });
  }
  const named = await findCurrent(
    tx,
    workspaceId,
    items.flatMap(({ who }) => ('personId' in who ? [who.personId] : [])),
  );
  const pairs = new Map<string, [string, string]>();
  for (const { anonymousId, ...item } of items) {
    const owner = owners.get(keyText({ fieldId: ANONYMOUS_ID, value: anonymousId! }));
    const known = 'personId' in item.who ? named.get(item.who.personId)?.id : choose(item, directory.byKey)?.row.id;
    if (owner !== undefined && known !== undefined && owner !== known) pairs.set(`${known} ${owner}`, [known, owner]);
  }
  return [...pairs.values()];
}
