import type { Tx } from '../../platform/database/pool.ts';
import type { Key } from '../store/identity.sql.ts';
import { deleteDuplicatesOf } from './store/duplicate.sql.ts';
import { deleteMergesOf } from './store/merge.sql.ts';
import { deleteParkedKeys } from './store/parked.sql.ts';

/**
 * Forgets who people were who are to be forgotten: what is kept of those they
 * absorbed, and whatever says that they are somebody else. Returns the ids that
 * led to them, and the keys that found them before they were archived.
 */
export async function forgetIdentity(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
): Promise<{ ids: string[]; keys: Key[] }> {
  await deleteDuplicatesOf(tx, workspaceId, ids);
  const keys = await deleteParkedKeys(tx, workspaceId, ids);
  return { ids: await deleteMergesOf(tx, workspaceId, ids), keys };
}
