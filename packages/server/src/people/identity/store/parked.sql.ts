import type { Tx } from '../../../platform/database/pool.ts';
import type { Key } from '../../store/identity.sql.ts';

/** Every key of these people becomes free, and is kept for the day they are restored. */
export async function parkKeys(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query(
    `with gone as (
       delete from identity where workspace_id = $1 and person_id = any($2::bigint[])
       returning workspace_id, person_id, field_id, value
     )
     insert into person_parked_key (workspace_id, person_id, field_id, value)
     select workspace_id, person_id, field_id, value from gone on conflict do nothing`,
    [workspaceId, ids],
  );
}

/** Gives back what was kept; a key that somebody else has got meanwhile stays with them. */
export async function unparkKeys(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query(
    `insert into identity (workspace_id, field_id, value, person_id)
     select workspace_id, field_id, value, person_id from person_parked_key
     where workspace_id = $1 and person_id = any($2::bigint[]) order by field_id, value
     on conflict do nothing`,
    [workspaceId, ids],
  );
  await deleteParkedKeys(tx, workspaceId, ids);
}

/** Forgets what was kept. Returns it. */
export async function deleteParkedKeys(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<Key[]> {
  const { rows } = await tx.query<Key>(
    `delete from person_parked_key where workspace_id = $1 and person_id = any($2::bigint[])
     returning field_id as "fieldId", value`,
    [workspaceId, ids],
  );
  return rows;
}
