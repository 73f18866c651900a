import type { PeopleRecorded } from '../people/index.ts';
import { eachWorkspace, type LookingHearer } from '../platform/news.ts';
import { createStarting, enrol, type Starting } from './entry/enrol.ts';
import type { Enroller } from './entry/enter.ts';
import { listenedIn, wake } from './wake.ts';

/** What of this workspace's journeys the news may concern. */
interface Seen {
  listened: ReadonlySet<string>;
  starting: Starting;
}

/** What was recorded wakes runs that listen to it, and starts others. */
export function hearRecorded(
  of: Enroller,
  now: () => Date,
): LookingHearer<'people.recorded', ReadonlyMap<number, Seen>> {
  const startingIn = createStarting(of);
  const own = (pieces: readonly PeopleRecorded[], id: number) => pieces.filter((piece) => piece.workspaceId === id);
  return {
    look: (tx, pieces) =>
      eachWorkspace(pieces, async (workspaceId) => {
        const told = own(pieces, workspaceId).flatMap(({ activities }) => activities);
        const [listened, starting] = await Promise.all([
          listenedIn(tx, of.versions, workspaceId),
          startingIn(tx, workspaceId, told),
        ]);
        return { listened, starting };
      }),
    async act(tx, pieces, seen) {
      const at = now();
      for (const [workspaceId, { listened, starting }] of seen) {
        // Side by side: what begins now is none of those that are woken.
        await Promise.all([wake(tx, listened, own(pieces, workspaceId), at), enrol(tx, of, workspaceId, starting, at)]);
      }
    },
  };
}
