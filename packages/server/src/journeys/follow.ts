import type { IntakeItem } from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { LeftRun, Messages } from '../messages/index.ts';
import type { People, PeopleUnited } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { endedItem } from './activities.ts';
import { copyHad, type EndedRun, endRivals, moveRuns, returnRuns } from './store/follow.sql.ts';
import { insertMoves } from './store/run.sql.ts';
import type { Versions } from './versions.ts';

/** Why a run ends whose person is inside the same journey, with the same key, by another name. */
const REASON = 'one person with another, whose run went further';

/**
 * Lets the runs of those who became another go on as the other's. Of two that
 * are inside one journey with one key, the one that has gone further stays. All
 * are made due: what happened in the meantime was told of the survivor.
 */
export async function follow(
  tx: Tx,
  of: { people: People; audiences: Audiences; messages: Messages; versions: Versions },
  pieces: readonly PeopleUnited[],
  now: Date,
): Promise<void> {
  const standing = await of.people.identity.holdMerges(
    tx,
    pieces.map((piece) => piece.mergeId),
  );
  for (const piece of pieces.filter(({ mergeId }) => standing.has(mergeId))) {
    const { workspaceId, mergeId, survivor, absorbed } = piece;
    // By now the survivor may be somebody else in turn.
    const current = await of.people.identity.current(tx, workspaceId, [survivor]);
    const pair = { mergeId, absorbed, survivor: current.get(survivor) ?? survivor };
    const ended = await endRivals(tx, pair, REASON, now);
    insertMoves(
      tx,
      ended.map((run) => ({ runId: run.id, shapeId: run.shapeId, did: `left: ${REASON}` })),
      now,
    );
    of.messages.hearLeft(tx, ofEither(ended, pair));
    await moveRuns(tx, pair, now);
    await copyHad(tx, pair);
    if (ended.length > 0)
      await of.people.recordIn(tx, workspaceId, await endedItems(tx, of.versions, ended, pair.survivor));
    await of.audiences.lookAgain(tx, workspaceId, [pair.survivor, absorbed]);
  }
  signal(tx, 'run');
}

/** Gives back the runs that came with those who are somebody of their own again. What ended stays ended. */
export async function giveBack(
  tx: Tx,
  { audiences, messages }: { audiences: Audiences; messages: Messages },
  pieces: readonly PeopleUnited[],
  now: Date,
): Promise<void> {
  for (const piece of pieces) {
    messages.hearLeft(tx, ofEither(await returnRuns(tx, piece, now), piece));
    await audiences.lookAgain(tx, piece.workspaceId, [piece.survivor, piece.absorbed]);
  }
  signal(tx, 'run');
}

/** Messages move with their people, before the runs or after them. */
function ofEither(
  runs: readonly { id: string; enteredAt: Date }[],
  { absorbed, survivor }: { absorbed: string; survivor: string },
): LeftRun[] {
  return runs.flatMap((run) => [absorbed, survivor].map((personId) => ({ ...run, personId })));
}

async function endedItems(
  tx: Tx,
  versions: Versions,
  ended: readonly EndedRun[],
  personId: string,
): Promise<IntakeItem[]> {
  const items: IntakeItem[] = [];
  for (const run of ended) {
    const version = await versions.get(tx, run.journeyId, run.version);
    items.push(endedItem({ ...run, personId, leftReason: REASON }, version));
  }
  return items;
}
