import type { PeopleDeleted } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import type { Connections } from './connections.ts';
import { blankMemories } from './store/memory.sql.ts';
import { deleteWritesAbout } from './store/outbox.sql.ts';

const AGAIN_MS = 60_000;

/**
 * What was to be written about people who were deleted, or has been, is forgotten. Not while it is on its way: a write
 * whose answer was lost is looked up by what it said, so those are looked at again.
 */
export async function forget(
  tx: Tx,
  connections: Connections,
  pieces: readonly PeopleDeleted[],
  now: Date,
): Promise<void> {
  const all = await connections.all();
  for (const { workspaceId, ids, keys } of pieces) {
    for (const { id, connector } of all.filter((connection) => connection.workspaceId === workspaceId))
      for (const memory of connector.about?.(keys) ?? []) await blankMemories(tx, id, memory);
    const onTheirWay = await deleteWritesAbout(tx, workspaceId, ids);
    if (onTheirWay.length > 0)
      leave(tx, new Date(now.getTime() + AGAIN_MS), 'people.deleted', { workspaceId, ids: onTheirWay, keys: [] });
  }
}
