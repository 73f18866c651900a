import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { keyValue } from '../check.ts';
import type { ChangeKind, Selection } from '../lifecycle/selection.ts';
import { RaceLost } from '../recorder.ts';
import { loadSchema, type Schema } from '../schema.ts';
import { refreshAccountOf } from './members.ts';
import { deleteKeysOfAccounts, insertAccountKeys } from './store/key.sql.ts';
import {
  type ChosenAccounts,
  deleteAccounts,
  findChosenAccounts,
  lockChosenAccounts,
  updateAccountsToArchived,
  updateAccountsToRestored,
} from './store/lifecycle.sql.ts';
import { hasOtherMembers, lockMembersOf } from './store/member.sql.ts';
import { updateSeenFromPeople } from './store/seen.sql.ts';

/** So many are changed in one transaction: each may have thousands of people. */
const AT_ONCE = 100;

/** Archiving, restoring and deleting accounts. Returns to how many it was done, once it is. */
export type ChangeAccounts = (
  workspaceId: number,
  kind: ChangeKind,
  which: Selection,
  source: string,
) => Promise<number>;

/** What is not there does not count, nor what is not archived and is to be restored or deleted. */
export function createChangeAccounts(o: { db: Db; clock: Clock }): ChangeAccounts {
  return async (workspaceId, kind, selection, source) => {
    const now = o.clock.now();
    const of = { workspaceId, kind, source, now };
    const which = {
      ids: 'ids' in selection ? selection.ids : null,
      except: 'allBut' in selection ? selection.allBut : [],
      before: now,
      limit: AT_ONCE,
    };
    let done = 0;
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const from: ChosenAccounts = { ...which, after };
      const batch = await transaction(o.db, (tx) => changeBatch(tx, of, from));
      done += batch.done;
      after = batch.last;
    }
    return done;
  };
}

/** One batch, and the last of it where there may be more after it. */
async function changeBatch(
  tx: Tx,
  of: { workspaceId: number; kind: ChangeKind; source: string; now: Date },
  which: ChosenAccounts,
): Promise<{ done: number; last: string | undefined }> {
  const { workspaceId, kind, source, now } = of;
  const found = await findChosenAccounts(tx, workspaceId, kind, which);
  if (found.length === 0) return { done: 0, last: undefined };
  // People first: the order in which intake holds them.
  const people = await lockMembersOf(tx, workspaceId, found);
  const accounts = await lockChosenAccounts(tx, workspaceId, kind, found);
  const ids = accounts.map(({ id }) => id);
  if (await hasOtherMembers(tx, workspaceId, ids, people)) throw new RaceLost('somebody has come in meanwhile');
  if (kind === 'archive') {
    await updateAccountsToArchived(tx, workspaceId, ids, source, now);
    // As with people: what comes again under the same name is something new.
    await deleteKeysOfAccounts(tx, workspaceId, ids);
  } else if (kind === 'restore') {
    await updateAccountsToRestored(tx, workspaceId, ids);
    // A key that another has got meanwhile stays there; the value is in the field all the same.
    await insertAccountKeys(tx, workspaceId, keysOf(accounts, await loadSchema(tx, workspaceId, 'account')));
    await updateSeenFromPeople(tx, workspaceId, ids);
  } else {
    await deleteAccounts(tx, workspaceId, ids);
  }
  await refreshAccountOf(tx, workspaceId, people, now);
  return { done: ids.length, last: found.length === which.limit ? found.at(-1) : undefined };
}

function keysOf(accounts: readonly { id: string; fields: Readonly<Record<string, unknown>> }[], schema: Schema) {
  const keyFields = [...schema.fields.values()].filter((field) => field.isKey);
  return accounts.flatMap(({ id, fields }) =>
    keyFields.flatMap((field) => {
      const value = keyValue(field, fields[field.id] as Parameters<typeof keyValue>[1]);
      return value === undefined ? [] : [{ fieldId: field.id, value, accountId: id }];
    }),
  );
}
