import type { Fields } from '@tributary/model';
import type { Tx } from '../../../platform/database/pool.ts';
import type { ChangeKind } from '../../lifecycle/selection.ts';

/** What a change can be made to: it has to be archived to be restored or deleted, and not to be archived. */
const touchable: Record<ChangeKind, string> = {
  archive: 'archived_at is null',
  restore: 'archived_at is not null',
  delete: 'archived_at is not null',
};

export interface ChosenAccounts {
  /** Null: all of them. */
  ids: readonly string[] | null;
  except: readonly string[];
  /** Where all are meant: what came after this moment is not. */
  before: Date;
  after: string;
  limit: number;
}

const chosen = `workspace_id = $1 and id <> all($3::bigint[]) and id > $5
  and case when $2::bigint[] is null then created_at <= $4 else id = any($2::bigint[]) end`;

const valuesOf = (workspaceId: number, which: ChosenAccounts): unknown[] => [
  workspaceId,
  which.ids,
  which.except,
  which.before,
  which.after,
  which.limit,
];

/** The next accounts a change is to be made to, in the order of their ids. Nothing is held yet. */
export async function findChosenAccounts(
  tx: Tx,
  workspaceId: number,
  kind: ChangeKind,
  which: ChosenAccounts,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from account where ${chosen} and ${touchable[kind]} order by id limit $6`,
    valuesOf(workspaceId, which),
  );
  return rows.map((row) => row.id);
}

/** Those of them that the change can still be made to, held until the transaction ends. */
export async function lockChosenAccounts(
  tx: Tx,
  workspaceId: number,
  kind: ChangeKind,
  ids: readonly string[],
): Promise<{ id: string; fields: Fields }[]> {
  const { rows } = await tx.query<{ id: string; fields: Fields }>(
    `select id, fields from account where workspace_id = $1 and id = any($2::bigint[]) and ${touchable[kind]}
     order by id for update`,
    [workspaceId, ids],
  );
  return rows;
}

export async function updateAccountsToArchived(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
  source: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `update account set archived_at = $4, fields = fields || jsonb_build_object('str:o:as', $3::text)
     where workspace_id = $1 and id = any($2::bigint[])`,
    [workspaceId, ids, source, now],
  );
}

export async function updateAccountsToRestored(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query(
    `update account set archived_at = null, fields = fields - 'str:o:as'
     where workspace_id = $1 and id = any($2::bigint[])`,
    [workspaceId, ids],
  );
}

/** Removes accounts, what happened there and who belonged to them; the people stay. */
export async function deleteAccounts(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  const which = [workspaceId, ids];
  await tx.query('delete from account_activity where workspace_id = $1 and account_id = any($2::bigint[])', which);
  await tx.query('delete from account_person where workspace_id = $1 and account_id = any($2::bigint[])', which);
  await tx.query('delete from account where workspace_id = $1 and id = any($2::bigint[])', which);
}
