import type { People, PeopleRecorded } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { concerned } from './concerned.ts';
import type { LiveSets } from './live.ts';
import { settle } from './settle.ts';

/**
 * Membership follows what was recorded. Looked at without a lock first: an audience that is made or edited after that
 * look is built after it too, and its building judges everyone.
 */
export async function hearRecorded(
  tx: Tx,
  o: { people: People; live: LiveSets },
  pieces: readonly PeopleRecorded[],
  now: Date,
): Promise<void> {
  for (const workspaceId of new Set(pieces.map((piece) => piece.workspaceId))) {
    const told = pieces.filter((piece) => piece.workspaceId === workspaceId);
    const seen = await o.live.get(tx, workspaceId);
    let asked = concerned(seen.audiences, told, now);
    if (asked.size === 0) continue;
    const live = await o.live.lock(tx, workspaceId);
    if (live.version !== seen.version) asked = concerned(live.audiences, told, now);
    await settle(tx, o.people, { workspaceId, live, now }, asked);
  }
}
