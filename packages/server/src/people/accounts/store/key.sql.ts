import { send, type Tx } from '../../../platform/database/pool.ts';
import { type Key, keyText } from '../../store/identity.sql.ts';

type Claim = Key & { accountId: string };

/** Claims keys for accounts, in one order as `insertKeys` does for people. Returns the keys that were free. */
export async function insertAccountKeys(tx: Tx, workspaceId: number, claims: readonly Claim[]): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const { rows } = await tx.query<Key>({
    name: 'account_identity.insert',
    text: `insert into account_identity (workspace_id, field_id, value, account_id)
           select $1, k.field_id, k.value, k.account_id
           from unnest($2::text[], $3::text[], $4::bigint[]) as k(field_id, value, account_id)
           order by k.field_id, k.value
           on conflict do nothing
           returning field_id as "fieldId", value`,
    values: valuesOf(workspaceId, claims),
  });
  return new Set(rows.map(keyText));
}

/** Gives up keys that an account no longer has; keys of others stay. */
export function deleteAccountKeys(tx: Tx, workspaceId: number, keys: readonly Claim[]): void {
  if (keys.length === 0) return;
  send(tx, {
    name: 'account_identity.delete',
    text: `delete from account_identity i
           using unnest($2::text[], $3::text[], $4::bigint[]) as k(field_id, value, account_id)
           where i.workspace_id = $1 and i.field_id = k.field_id and i.value = k.value
             and i.account_id = k.account_id`,
    values: valuesOf(workspaceId, keys),
  });
}

function valuesOf(workspaceId: number, claims: readonly Claim[]): unknown[] {
  return [
    workspaceId,
    claims.map((claim) => claim.fieldId),
    claims.map((claim) => claim.value),
    claims.map((claim) => claim.accountId),
  ];
}

/** Every key of these accounts becomes free. */
export async function deleteKeysOfAccounts(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query('delete from account_identity where workspace_id = $1 and account_id = any($2::bigint[])', [
    workspaceId,
    ids,
  ]);
}
