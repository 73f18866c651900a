import type { Queryable } from '../platform/database/pool.ts';
import { keyValue } from './check.ts';
import { findByKeys, keyText } from './store/identity.sql.ts';

/** Somebody as a request names them: by an id from inside, else by address, else by external id. */
export interface Named {
  personId?: string | undefined;
  email?: string | null | undefined;
  externalId?: string | null | undefined;
}

/** The ids of those named, in their order; undefined where nobody is found by that address or external id. */
export async function findNamed(
  db: Queryable,
  workspaceId: number,
  named: readonly Named[],
): Promise<(string | undefined)[]> {
  const keys = named.map((who) => (who.personId === undefined ? keyOf(who) : undefined));
  const found = await findByKeys(
    db,
    workspaceId,
    keys.filter((key) => key !== undefined),
  );
  return named.map(({ personId }, i) => personId ?? (keys[i] && found.get(keyText(keys[i]))));
}

const EMAIL = { id: 'str::email', displayType: 'email' };
const EXTERNAL_ID = { id: 'str::ei', displayType: 'text' };

function keyOf({ email, externalId }: Named): { fieldId: string; value: string } | undefined {
  const [field, given] = email ? [EMAIL, email] : [EXTERNAL_ID, externalId];
  const value = keyValue(field, given ?? undefined);
  return value === undefined ? undefined : { fieldId: field.id, value };
}
