import type { People } from '../people/index.ts';
import { eachWorkspace, type LookingHearer } from '../platform/news.ts';
import { concernedByFile } from './by-file.ts';
import { concerned } from './concerned.ts';
import type { LiveSet, LiveSets } from './live.ts';
import { screen } from './screen.ts';
import { settle } from './settle.ts';

/**
 * Membership follows what was recorded. Looked at without a lock first: an audience that is made or edited after that
 * look is built after it too, and its building judges everyone.
 */
export function hearRecorded(
  o: { people: People; live: LiveSets },
  now: () => Date,
): LookingHearer<'people.recorded', ReadonlyMap<number, LiveSet>> {
  return {
    look: (tx, pieces) => eachWorkspace(pieces, (workspaceId) => o.live.get(tx, workspaceId)),
    async act(tx, pieces, seen) {
      const at = now();
      for (const [workspaceId, before] of seen) {
        const told = pieces.filter((piece) => piece.workspaceId === workspaceId);
        let who = concerned(before.audiences, told, at);
        if (who.asked.size + who.perhaps.size === 0) continue;
        const live = await o.live.lock(tx, workspaceId);
        if (live.version !== before.version) who = concerned(live.audiences, told, at);
        const of = { workspaceId, live, now: at };
        const byFile = concernedByFile(live.audiences, told, who, at);
        await settle(tx, o.people, of, await screen(tx, o.people, of, told, who), byFile);
      }
    },
  };
}
