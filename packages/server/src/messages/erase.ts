import { publicId } from '@tributary/model';
import type { PeopleNamed } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import {
  deleteMails,
  deleteMailsTo,
  eraseMessages,
  listAddresses,
  listInHand,
  listNotices,
} from './store/erase.sql.ts';

/** A mail on the wire is done with by then, whatever became of it. */
const AGAIN_MS = 5 * 60_000;

/** Nothing personal of people who were deleted stays in messages; the messages stay as figures. */
export async function erase(tx: Tx, pieces: readonly PeopleNamed[], now: Date): Promise<void> {
  for (const { workspaceId, ids } of pieces) {
    await deleteMailsTo(tx, await listAddresses(tx, workspaceId, ids));
    const notices = await listNotices(tx, workspaceId, ids);
    await deleteMails(
      tx,
      notices.map(({ id, address }) => ({ address, messageId: publicId(id, 'message') })),
    );
    const inHand = await listInHand(tx, workspaceId, ids);
    await eraseMessages(tx, workspaceId, ids);
    // The address comes back with the outcome of what is on the wire, so those are looked at once more.
    if (inHand.length > 0)
      leave(tx, new Date(now.getTime() + AGAIN_MS), 'people.deleted', { workspaceId, ids: inHand, keys: [] });
  }
}
