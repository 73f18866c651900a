import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import { type Db, transaction } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { endedItem } from './activities.ts';
import { endParkedRun, unparkRun } from './store/parked.sql.ts';
import { insertMoves } from './store/run.sql.ts';
import type { Versions } from './versions.ts';

const ENDED = 'ended by the operator';

/** Tries a parked run again, or ends it where it stands, and says so on its timeline. False when no run of that id is parked. */
export function settleParked(
  { db, people, messages, versions }: { db: Db; people: People; messages: Messages; versions: Versions },
  workspaceId: number,
  id: string,
  how: 'retry' | 'end',
  now: Date,
): Promise<boolean> {
  return transaction(db, async (tx) => {
    const ended = how === 'end' ? await endParkedRun(tx, workspaceId, id, now, ENDED) : undefined;
    const run = how === 'end' ? ended : await unparkRun(tx, workspaceId, id, now);
    if (!run) return false;
    const did = how === 'retry' ? 'tried again by the operator' : ENDED;
    insertMoves(tx, [{ runId: id, shapeId: run.shapeId, did }], now);
    if (ended) messages.hearLeft(tx, [{ ...ended, id }]);
    if (ended?.leaves) {
      const version = await versions.get(tx, ended.journeyId, ended.version);
      await people.recordIn(tx, workspaceId, [endedItem({ ...ended, id, leftReason: ENDED }, version)]);
    }
    signal(tx, 'run');
    return true;
  });
}
