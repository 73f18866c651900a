import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { actionItem } from './hear.ts';
import { deleteAllHooks } from './store/inbox.sql.ts';
import { deleteMemories } from './store/memory.sql.ts';
import { failOpenWrites } from './store/outbox.sql.ts';

/**
 * A connection leads to another account from now on, or to none: its ids mean others there. What was remembered and is
 * still to be read is of no use, and what was to be written is given up, as the timelines tell.
 */
export async function leaveAccount(
  tx: Tx,
  people: People,
  connection: { id: number; workspaceId: number },
  { why, now }: { why: string; now: Date },
): Promise<void> {
  deleteMemories(tx, connection.id);
  deleteAllHooks(tx, connection.id);
  const items = (await failOpenWrites(tx, connection.id, why, now)).flatMap(({ personId, about }) =>
    about ? [actionItem('act::fja', personId, about, why)] : [],
  );
  if (items.length > 0) await people.recordIn(tx, connection.workspaceId, items);
}
