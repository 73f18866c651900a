import type { Api } from '../rest/api.ts';
import { createKnown } from '../rest/known.ts';
import { list } from '../rest/lists.ts';
import { isCalled } from '../rest/names.ts';
import { type KommoUser, usersIn } from '../rest/records.ts';

/** The account's users, read once for all. */
export interface Users {
  /** Whom an id, a name or an e-mail means, in the order given, or why nobody can tell. */
  find(named: readonly string[]): Promise<({ userId: number } | { why: string })[]>;
  forget(): void;
}

/** The list of users is for administrators (Kommo, "Users"). */
const mayRefuse = [402, 403];

export function createUsers(api: Api, now: () => Date): Users {
  const users = createKnown(
    async () => usersIn(await list(api, '/users', 'users', [], undefined, { also: mayRefuse })),
    now,
  );
  return {
    async find(named) {
      const look = (all: readonly KommoUser[]) => named.map((one) => findUser(all, one));
      return look(await users.get((all) => look(all).some((found) => 'why' in found)));
    },
    forget: users.forget,
  };
}

function findUser(all: readonly KommoUser[], named: string): { userId: number } | { why: string } {
  if (all.length === 0) return { why: 'Kommo does not say who its users are: the token has to be an administrator’s' };
  const same = all.filter(({ id, email }) => String(id) === named || isCalled(email, named));
  const [user, another] = same.length > 0 ? same : all.filter(({ name }) => isCalled(name, named));
  if (!user) return { why: `there is no user “${named}” in Kommo` };
  if (another) return { why: `there are several users “${named}” in Kommo: name one by id or e-mail` };
  if (user.rights?.is_active === false) return { why: `the user “${named}” is not active in Kommo any more` };
  return { userId: user.id };
}
