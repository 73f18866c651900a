import type { Fields } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { ChangeKind } from '../lifecycle/selection.ts';

/** Whom a change can be made to: one has to be archived to be restored or deleted, and not to be archived. */
const touchable: Record<ChangeKind, string> = {
  archive: 'archived_at is null',
  restore: 'archived_at is not null',
  delete: 'archived_at is not null',
};

export interface Chosen {
  /** Null: everybody. */
  ids: readonly string[] | null;
  except: readonly string[];
  /** Where everybody is meant: who came after this moment is not. */
  before: Date;
}

const chosen = `workspace_id = $1 and id <> all($3::bigint[])
  and case when $2::bigint[] is null then created_at <= $4 else id = any($2::bigint[]) end`;

/** How many people a change would be made to. */
export async function countChosen(db: Queryable, workspaceId: number, kind: ChangeKind, who: Chosen): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from person where ${chosen} and ${touchable[kind]}`,
    [workspaceId, who.ids, who.except, who.before],
  );
  return rows[0]!.n;
}

/** The next people a change is to be made to, held until the transaction ends; in one order, against deadlocks. */
export async function lockChosen(
  tx: Tx,
  workspaceId: number,
  kind: ChangeKind,
  who: Chosen & { after: string; limit: number },
): Promise<{ id: string; fields: Fields }[]> {
  const { rows } = await tx.query<{ id: string; fields: Fields }>(
    `select id, fields from person where ${chosen} and id > $5 and ${touchable[kind]} order by id limit $6 for update`,
    [workspaceId, who.ids, who.except, who.before, who.after, who.limit],
  );
  return rows;
}

export async function updateToArchived(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
  source: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `update person set archived_at = $4, fields = fields || jsonb_build_object('str::as', $3::text)
     where workspace_id = $1 and id = any($2::bigint[])`,
    [workspaceId, ids, source, now],
  );
}

export async function updateToRestored(tx: Tx, workspaceId: number, ids: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `update person set archived_at = null, fields = fields - 'str::as' || jsonb_build_object('r', $3::text)
     where workspace_id = $1 and id = any($2::bigint[])`,
    [workspaceId, ids, now.toISOString()],
  );
}

/** Of those who are archived alone. */
export async function updateToUnsubscribed(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  await tx.query(
    `update person set fields = fields || '{"bol::p": false}', unsubscribed_at = $3, edited_at = $3
     where workspace_id = $1 and id = any($2::bigint[]) and archived_at is not null
       and fields->'bol::p' is distinct from 'false'::jsonb`,
    [workspaceId, ids, now],
  );
}

/** Every key of these people becomes free. */
export async function deleteKeysOf(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query('delete from identity where workspace_id = $1 and person_id = any($2::bigint[])', [workspaceId, ids]);
}

/** Removes people and what they did. */
export async function deletePeople(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query('delete from activity where person_id = any($2::bigint[]) and workspace_id = $1', [workspaceId, ids]);
  await tx.query('delete from person where id = any($2::bigint[]) and workspace_id = $1', [workspaceId, ids]);
}
