import { publicId } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { leave } from '../../platform/news.ts';
import { currentIds } from '../identity/find.ts';
import { ACCOUNT_FIELD } from './field.ts';
import { lockAccounts } from './store/account.sql.ts';
import {
  countMembers,
  deleteMembers,
  insertMembers,
  lockMembersToBe,
  updateAccountOfPeople,
} from './store/member.sql.ts';
import { updateSeenFromPeople } from './store/seen.sql.ts';

/** So many people can belong to an account (Ortto help, accounts). */
const PEOPLE_MAX = 3000;

/** Who belongs to which account. One person can belong to several. */
export interface Members {
  /** Who is there already, is archived, or is nobody, does not count. An account that is not there is a `UserError`. */
  add(workspaceId: number, accountId: string, personIds: readonly string[]): Promise<void>;
  remove(workspaceId: number, accountId: string, personIds: readonly string[]): Promise<void>;
}

export function createMembers(o: { db: Db; clock: Clock }): Members {
  /** People first, then the account: the order in which intake holds them. */
  const change = async (
    workspaceId: number,
    accountId: string,
    given: readonly string[],
    work: (tx: Tx, people: readonly string[]) => Promise<void>,
  ): Promise<void> => {
    const now = o.clock.now();
    const personIds = await currentIds(o.db, workspaceId, given);
    await transaction(o.db, async (tx) => {
      const people = await lockMembersToBe(tx, workspaceId, personIds);
      const [account] = await lockAccounts(tx, workspaceId, [accountId], []);
      if (!account) {
        throw new UserError('account_not_found', `there is no account ${publicId(accountId, 'account')}`, 404);
      }
      await work(tx, people);
      await refreshAccountOf(tx, workspaceId, people, now);
    });
  };
  return {
    add: (workspaceId, accountId, personIds) =>
      change(workspaceId, accountId, personIds, async (tx, people) => {
        await insertMembers(tx, workspaceId, accountId, people, o.clock.now());
        const count = await countMembers(tx, accountId);
        if (count > PEOPLE_MAX) {
          throw new UserError('account_full', `${count} people: an account takes ${PEOPLE_MAX}`);
        }
        await updateSeenFromPeople(tx, workspaceId, [accountId]);
      }),
    remove: (workspaceId, accountId, personIds) =>
      change(workspaceId, accountId, personIds, (tx, people) => deleteMembers(tx, workspaceId, accountId, people)),
  };
}

/** Brings `idt::o` of these people, who are held, up to date; whoever looks at people's fields looks again. */
export async function refreshAccountOf(
  tx: Tx,
  workspaceId: number,
  personIds: readonly string[],
  now: Date,
): Promise<void> {
  const changed = await updateAccountOfPeople(tx, workspaceId, personIds, now);
  if (changed.length === 0) return;
  leave(tx, now, 'people.recorded', { workspaceId, activities: [], changed, fields: [ACCOUNT_FIELD, 'e'] });
}
