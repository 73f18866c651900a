import { type Db, transaction } from '../platform/database/pool.ts';
import type { Turn } from '../platform/loop.ts';
import { entities } from './filter/entity.ts';
import { loadSchema } from './schema.ts';
import {
  deleteStaleKeys,
  insertLackingKeys,
  takeUnsettledKey,
  updateKeySettled,
  updateMadeKeys,
} from './store/settle.sql.ts';

/** So long a process may take the schema for what it was: the signal is on its way. */
const GRACE_MS = 2000;

/**
 * Looks over the keys of fields that have become keys. Whoever was being recorded meanwhile, by somebody who did not
 * know of it, has a value in the field and no key, or the key of a value they had before: to keep them waiting would
 * cost every record. So it is made good once all who may not have known of it are done.
 */
export async function settleKeys(db: Db, graceMs = GRACE_MS): Promise<Turn> {
  if ((await updateMadeKeys(db, graceMs)) === 0) return undefined;
  return transaction(db, async (tx) => {
    const key = await takeUnsettledKey(tx);
    if (!key) return undefined;
    const entity = entities[key.entity];
    await deleteStaleKeys(tx, entity, key);
    await insertLackingKeys(tx, entity, key);
    await updateKeySettled(tx, key);
    return 'more';
  });
}

/**
 * Gives keys that are nobody's any more to whoever has had the value all along and was not the first to get it, or was
 * archived while another got it: from then on they are found by it, in place of somebody new. Everybody is gone through.
 */
export async function giveFreedKeys(db: Db, workspaceId: number): Promise<void> {
  for (const kind of ['person', 'account'] as const) {
    const { fields } = await loadSchema(db, workspaceId, kind);
    for (const { id: fieldId, displayType, isKey } of fields.values()) {
      if (!isKey) continue;
      await transaction(db, (tx) => insertLackingKeys(tx, entities[kind], { workspaceId, fieldId, displayType }));
    }
  }
}
