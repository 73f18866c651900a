import type { Fields } from '@tributary/model';
import { type Queryable, send, type Tx } from '../../../platform/database/pool.ts';
import type { Key } from '../../store/identity.sql.ts';

export interface AccountRow {
  id: string;
  fields: Fields;
  tags: number[];
  createdAt: Date;
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
}

/** An account as asked for: by a key, or by id. */
export type LockedAccount = AccountRow & (Key | { fieldId: null; value: null });

/**
 * Reads the accounts with these ids and those that these keys belong to, a row for each id or key that finds one, and
 * keeps everyone else from changing them until the transaction ends. All in one order, against deadlocks; whoever
 * needs people as well holds those first. What is archived is not found.
 */
export async function lockAccounts(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
  keys: readonly Key[],
): Promise<LockedAccount[]> {
  if (ids.length + keys.length === 0) return [];
  const { rows } = await tx.query<LockedAccount>({
    name: 'account.lock',
    // Materialized, as with people: not looked up once for each account there is.
    text: `with k as materialized (
             select i.field_id, i.value, i.account_id
             from unnest($3::text[], $4::text[]) as g(field_id, value)
             join account_identity i on i.workspace_id = $1 and i.field_id = g.field_id and i.value = g.value
             union all select null, null, unnest($2::bigint[])
           )
           select k.field_id as "fieldId", k.value, a.id, a.fields, a.tags, a.created_at as "createdAt",
                  a.first_seen_at as "firstSeenAt", a.last_seen_at as "lastSeenAt"
           from k join account a on a.id = k.account_id and a.workspace_id = $1 and a.archived_at is null
           order by a.id for update of a`,
    values: [workspaceId, ids, keys.map((key) => key.fieldId), keys.map((key) => key.value)],
  });
  return rows;
}

/** Those of these that are there, archived ones too. */
export async function findAccounts(
  db: Queryable,
  workspaceId: number,
  ids: readonly string[],
): Promise<{ id: string; fields: Fields }[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: string; fields: Fields }>({
    name: 'account.find',
    text: 'select id, fields from account where workspace_id = $1 and id = any($2::bigint[])',
    values: [workspaceId, ids],
  });
  return rows;
}

export function insertAccounts(tx: Tx, workspaceId: number, accounts: readonly AccountRow[], now: Date): void {
  if (accounts.length === 0) return;
  send(tx, {
    name: 'account.insert',
    text: `insert into account (workspace_id, id, fields, created_at, edited_at, first_seen_at, last_seen_at, tags)
           select $1, a.id, a.fields, $2, $2, a.first, a.last, a.tags::int[]
           from unnest($3::bigint[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[], $7::text[])
             as a(id, fields, first, last, tags)`,
    values: [workspaceId, now, ...columnsOf(accounts)],
  });
}

/** Of those that are not `edited` only "seen" moves. */
export function updateAccounts(
  tx: Tx,
  workspaceId: number,
  accounts: readonly { row: AccountRow; edited: boolean }[],
  now: Date,
): void {
  if (accounts.length === 0) return;
  send(tx, {
    name: 'account.update',
    text: `update account set fields = a.fields, first_seen_at = a.first, last_seen_at = a.last,
                  tags = a.tags::int[], edited_at = case when a.edited then $2 else account.edited_at end
           from unnest($3::bigint[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::boolean[])
             as a(id, fields, first, last, tags, edited)
           where account.id = a.id and account.workspace_id = $1`,
    values: [workspaceId, now, ...columnsOf(accounts.map(({ row }) => row)), accounts.map(({ edited }) => edited)],
  });
}

/** A list of lists can not be unnested one list a row, so tags travel as text. */
function columnsOf(accounts: readonly AccountRow[]): unknown[] {
  return [
    accounts.map((a) => a.id),
    accounts.map((a) => JSON.stringify(a.fields)),
    accounts.map((a) => a.firstSeenAt),
    accounts.map((a) => a.lastSeenAt),
    accounts.map((a) => `{${a.tags.join(',')}}`),
  ];
}
