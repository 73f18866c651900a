import type { People, PeopleUnited } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { moveMessages, returnMessages } from './store/follow.sql.ts';

/** Lets the messages of those who became another follow them. */
export async function follow(tx: Tx, people: People, pieces: readonly PeopleUnited[]): Promise<void> {
  const standing = await people.identity.holdMerges(
    tx,
    pieces.map((piece) => piece.mergeId),
  );
  for (const { workspaceId, mergeId, survivor, absorbed } of pieces) {
    if (!standing.has(mergeId)) continue;
    const current = await people.identity.current(tx, workspaceId, [survivor]);
    await moveMessages(tx, { mergeId, absorbed, survivor: current.get(survivor) ?? survivor });
  }
}

/** Gives back the messages that came with those who are somebody of their own again. */
export async function giveBack(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void> {
  for (const piece of pieces) await returnMessages(tx, piece);
}
