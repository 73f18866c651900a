import { publicId } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { leave } from '../../platform/news.ts';
import { currentIds } from '../identity/find.ts';
import { IMPORTED } from '../imported.ts';
import { ACCOUNT_FIELD } from './field.ts';
import { lockAccounts } from './store/account.sql.ts';
import {
  countMembersOfFullest,
  deleteMembers,
  insertMembers,
  lockMembersToBe,
  type Membership,
  updateAccountOfPeople,
} from './store/member.sql.ts';
import { updateSeenFromPeople } from './store/seen.sql.ts';

/** So many people can belong to an account (Ortto help, accounts). */
const PEOPLE_MAX = 3000;

/** Who belongs to which account. One person can belong to several. */
export interface Members {
  /** Who is there already, is archived, or is nobody, does not count. An account that is not there is a `UserError`. */
  add(workspaceId: number, accountId: string, personIds: readonly string[]): Promise<void>;
  /** The same of many accounts, in the caller's transaction, which holds nothing that comes after people. */
  addIn(tx: Tx, workspaceId: number, members: readonly Membership[], source: string): Promise<void>;
  remove(workspaceId: number, accountId: string, personIds: readonly string[]): Promise<void>;
}

export function createMembers({ db, clock }: { db: Db; clock: Clock }): Members {
  /** People first, then the accounts: the order in which intake holds them. Returns the people who are there. */
  const hold = async (
    tx: Tx,
    workspaceId: number,
    personIds: readonly string[],
    accountIds: readonly string[],
  ): Promise<string[]> => {
    const people = await lockMembersToBe(tx, workspaceId, personIds);
    const accounts = new Set((await lockAccounts(tx, workspaceId, accountIds, [])).map(({ id }) => id));
    const missing = accountIds.find((id) => !accounts.has(id));
    if (missing !== undefined) {
      throw new UserError('account_not_found', `there is no account ${publicId(missing, 'account')}`, 404);
    }
    return people;
  };
  const put = async (tx: Tx, workspaceId: number, members: readonly Membership[], source?: string): Promise<void> => {
    const now = clock.now();
    const made = await insertMembers(tx, workspaceId, members, now);
    if (made.length === 0) return;
    const accountIds = [...new Set(made.map(({ accountId }) => accountId))];
    const personIds = [...new Set(made.map(({ personId }) => personId))];
    const count = await countMembersOfFullest(tx, accountIds);
    if (count > PEOPLE_MAX) throw new UserError('account_full', `${count} people: an account takes ${PEOPLE_MAX}`);
    await updateSeenFromPeople(tx, workspaceId, accountIds, personIds);
    await refreshAccountOf(tx, workspaceId, personIds, now, source);
  };
  return {
    async add(workspaceId, accountId, given) {
      const personIds = await currentIds(db, workspaceId, given);
      await transaction(db, async (tx) => {
        const people = await hold(tx, workspaceId, personIds, [accountId]);
        await put(
          tx,
          workspaceId,
          people.map((personId) => ({ accountId, personId })),
        );
      });
    },
    async addIn(tx, workspaceId, members, source) {
      if (members.length === 0) return;
      const accountIds = [...new Set(members.map(({ accountId }) => accountId))];
      const personIds = [...new Set(members.map(({ personId }) => personId))];
      const people = new Set(await hold(tx, workspaceId, personIds, accountIds));
      await put(
        tx,
        workspaceId,
        members.filter(({ personId }) => people.has(personId)),
        source,
      );
    },
    async remove(workspaceId, accountId, given) {
      const personIds = await currentIds(db, workspaceId, given);
      await transaction(db, async (tx) => {
        const people = await hold(tx, workspaceId, personIds, [accountId]);
        await deleteMembers(tx, workspaceId, accountId, people);
        await refreshAccountOf(tx, workspaceId, people, clock.now());
      });
    },
  };
}

/** Brings `idt::o` of these people, who are held, up to date; whoever looks at people's fields looks again. */
export async function refreshAccountOf(
  tx: Tx,
  workspaceId: number,
  personIds: readonly string[],
  now: Date,
  source?: string,
): Promise<void> {
  const changed = await updateAccountOfPeople(tx, workspaceId, personIds, now);
  if (changed.length === 0) return;
  const news = { workspaceId, activities: [], changed, fields: [ACCOUNT_FIELD, 'e'] };
  leave(tx, now, 'people.recorded', source === IMPORTED ? { ...news, imported: true } : news);
}
