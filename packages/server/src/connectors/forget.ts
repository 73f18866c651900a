import type { PeopleNamed } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import { deleteWritesAbout } from './store/outbox.sql.ts';

const AGAIN_MS = 60_000;

/**
 * What was to be written about people who were deleted, or has been, is forgotten. Not while it is on its way: a write
 * whose answer was lost is looked up by what it said, so those are looked at again.
 */
export async function forget(tx: Tx, pieces: readonly PeopleNamed[], now: Date): Promise<void> {
  for (const { workspaceId, ids } of pieces) {
    const onTheirWay = await deleteWritesAbout(tx, workspaceId, ids);
    if (onTheirWay.length > 0)
      leave(tx, new Date(now.getTime() + AGAIN_MS), 'people.deleted', { workspaceId, ids: onTheirWay });
  }
}
