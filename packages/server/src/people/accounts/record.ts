import { type IntakeItem, mergeFields } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import { type CheckedItem, checkItem } from '../check.ts';
import { RaceLost, type Recorder } from '../recorder.ts';
import {
  choose,
  createDirectory,
  type Directory,
  freeKeys,
  keyChanges,
  keysOf,
  newKeys,
  type Subject,
  takenKeys,
} from '../resolve.ts';
import type { Schema, SchemaField } from '../schema.ts';
import { see } from '../seen.ts';
import { type Key, keyText } from '../store/identity.sql.ts';
import { findTags, upsertTags } from '../store/tag.sql.ts';
import { retag } from '../tags.ts';
import { type AccountRow, insertAccounts, lockAccounts, updateAccounts } from './store/account.sql.ts';
import { insertAccountActivities } from './store/activity.sql.ts';
import { deleteAccountKeys, insertAccountKeys } from './store/key.sql.ts';
import type { AccountItem, AccountOutcome } from './types.ts';

type Account = Subject<AccountRow>;

interface Of {
  workspaceId: number;
  /** Of accounts. */
  schema: Schema;
  now: Date;
}

interface Happened {
  item: CheckedItem;
  at: number;
  account: Account;
}

/**
 * The one way in for accounts, as `record` is for people: finds or makes the
 * account of each item, merges what is known and records what happened, in a
 * fixed number of statements. Items are taken in order; one that is wrong
 * changes nothing and does not hold up the others.
 */
export async function recordAccounts(
  tx: Tx,
  recorder: Omit<Recorder, 'personIds'> & { accountIds: Recorder['personIds'] },
  of: Of,
  items: readonly AccountItem[],
): Promise<AccountOutcome[]> {
  const { schema, now } = of;
  const outcomes = new Array<AccountOutcome>(items.length);
  const good: { item: CheckedItem; at: number }[] = [];
  for (const [at, item] of items.entries()) {
    const checked = checkItem(asIntake(item), schema, now);
    if ('error' in checked) outcomes[at] = { status: 'invalid', error: checked.error };
    else good.push({ item: checked, at });
  }
  if (good.length === 0) return outcomes;

  const { byId, directory } = await findAccounts(
    tx,
    of,
    good.map(({ item }) => item),
  );
  const accounts = new Set(byId.values());
  const keyFields = [...schema.fields.values()].filter((field) => field.isKey);
  const happened: Happened[] = [];
  const tagged: { account: Account; item: CheckedItem }[] = [];

  for (const { item, at } of good) {
    let account = 'personId' in item.who ? byId.get(item.who.personId) : choose(item, directory.byKey);
    const isNew = account === undefined;
    if (!account) {
      if ('personId' in item.who) outcomes[at] = { status: 'not_found', error: 'Account not found' };
      else if (item.existingOnly)
        outcomes[at] = { status: 'not_found', error: 'Account not found, and none is to be made' };
      const taken = takenKeys(item, directory.byKey).join(' and ');
      if (taken)
        outcomes[at] ??= {
          status: 'invalid',
          error: `${taken} are those of different accounts: a new one would be found by none of them`,
        };
      if (outcomes[at]) continue;
      account = newAccount((await recorder.accountIds.next(tx, [now]))[0]!, now);
      account.foundBy.push(...freeKeys(item, directory.byKey));
      accounts.add(account);
    }
    const before = account.row.fields;
    mergeInto(account, item, isNew);
    for (const key of newKeys(before, account.row.fields, keyFields)) {
      if (!directory.byKey(key)) directory.learn(key, account);
    }
    const untouched = !isNew && item.strategy === 3;
    if (!untouched && (item.tags?.length || item.unsetTags?.length)) tagged.push({ account, item });
    outcomes[at] = { accountId: account.row.id, status: isNew ? 'created' : untouched ? 'untouched' : 'merged' };
    if (!item.activity) continue;
    if (item.touch) see(account, item.activity.at ?? now);
    happened.push({ item, at, account });
  }

  await applyTags(tx, of, tagged);
  await write(tx, { ...of, keyFields }, [...accounts], directory);
  await writeActivities(tx, recorder, of, happened, outcomes);
  return outcomes;
}

/** What is shared with people knows whoever is meant as `personId`. */
export function asIntake({ who, ...item }: AccountItem): IntakeItem {
  return { ...item, who: 'accountId' in who ? { personId: who.accountId } : who };
}

async function findAccounts(tx: Tx, { workspaceId, schema }: Of, items: readonly CheckedItem[]) {
  const keys = new Map(items.flatMap(keysOf).map((key) => [keyText(key), key]));
  const named = [...new Set(items.flatMap((item) => ('personId' in item.who ? [item.who.personId] : [])))];
  const byId = new Map<string, Account>();
  const directory = createDirectory<Account>(schema);
  for (const { fieldId, value, ...row } of await lockAccounts(tx, workspaceId, named, [...keys.values()])) {
    const account = byId.get(row.id) ?? oldAccount(row);
    byId.set(row.id, account);
    if (fieldId !== null) directory.learn({ fieldId, value }, account);
  }
  return { byId, directory };
}

function oldAccount(row: AccountRow): Account {
  return { row, before: row.fields, isNew: false, changed: false, seen: false, foundBy: [] };
}

function newAccount(id: string, now: Date): Account {
  const row = { id, fields: {}, tags: [], createdAt: now, firstSeenAt: null, lastSeenAt: null };
  return { row, before: {}, isNew: true, changed: true, seen: false, foundBy: [] };
}

function mergeInto(account: Account, item: CheckedItem, isNew: boolean): void {
  const after = mergeFields(account.row.fields, item.fields, {
    strategy: isNew ? 2 : (item.strategy ?? 2),
    ...(item.clear && !isNew ? { clear: item.clear } : {}),
  });
  if (after === account.row.fields) return;
  account.row.fields = after;
  account.changed = true;
}

async function applyTags(
  tx: Tx,
  { workspaceId, now }: Of,
  tagged: readonly { account: Account; item: CheckedItem }[],
): Promise<void> {
  if (tagged.length === 0) return;
  const given = tagged.flatMap(({ item }) => item.tags ?? []);
  const taken = tagged.flatMap(({ item }) => item.unsetTags ?? []);
  const wanted = await upsertTags(tx, workspaceId, given, now, 'account_tag');
  const unwanted = await findTags(tx, workspaceId, taken, 'account_tag');
  for (const { account, item } of tagged) retag(account, item, wanted, unwanted);
}

async function write(
  tx: Tx,
  of: Of & { keyFields: readonly SchemaField[] },
  accounts: readonly Account[],
  directory: Directory<Account>,
): Promise<void> {
  const { workspaceId, keyFields, now } = of;
  const changed = accounts.filter((account) => account.changed || account.seen);
  const changes = changed.map((account) => ({ account, ...keyChanges(account, keyFields, directory.byKey) }));
  deleteAccountKeys(
    tx,
    workspaceId,
    changes.flatMap(({ lost }) => lost.map(asOwn)),
  );
  const claimed = await insertAccountKeys(
    tx,
    workspaceId,
    changes.flatMap(({ gained }) => gained.map(asOwn)),
  );
  const missed = changes.some(({ account, gained }) =>
    gained.map(keyText).some((key) => account.foundBy.includes(key) && !claimed.has(key)),
  );
  if (missed) throw new RaceLost('race lost');
  const [made, known] = [changed.filter(({ isNew }) => isNew), changed.filter(({ isNew }) => !isNew)];
  insertAccounts(
    tx,
    workspaceId,
    made.map(({ row }) => row),
    now,
  );
  updateAccounts(
    tx,
    workspaceId,
    known.map(({ row, changed: edited }) => ({ row, edited })),
    now,
  );
}

const asOwn = ({ personId, ...key }: Key & { personId: string }) => ({ ...key, accountId: personId });

async function writeActivities(
  tx: Tx,
  recorder: Omit<Recorder, 'personIds'>,
  { workspaceId, now }: Of,
  happened: readonly Happened[],
  outcomes: AccountOutcome[],
): Promise<void> {
  const moments = happened.map(({ item }) => item.activity!.at ?? now);
  await recorder.partitions.ensure(tx, moments);
  const ids = await recorder.activityIds.next(tx, moments);
  const rows = happened.map(({ item, account }, i) => ({
    id: ids[i]!,
    accountId: account.row.id,
    definitionId: item.definitionId!,
    occurredAt: moments[i]!,
    source: item.source,
    key: item.activity!.key,
    attributes: item.activity!.attributes,
  }));
  const written = await insertAccountActivities(tx, workspaceId, rows);
  for (const [i, { at }] of happened.entries()) {
    const outcome = outcomes[at];
    if (!outcome || 'error' in outcome) continue;
    if (written.has(ids[i]!)) outcome.activityId = ids[i]!;
    else outcome.duplicate = true;
  }
}
