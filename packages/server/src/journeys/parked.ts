import { type Db, transaction } from '../platform/database/pool.ts';
import { notify } from '../platform/presence.ts';
import { endParkedRun, unparkRun } from './store/parked.sql.ts';
import { insertMoves } from './store/run.sql.ts';

const ENDED = 'ended by the operator';

/** Tries a parked run again, or ends it where it stands, and says so on its timeline. False when no run of that id is parked. */
export function settleParked(
  db: Db,
  workspaceId: number,
  id: string,
  how: 'retry' | 'end',
  now: Date,
): Promise<boolean> {
  return transaction(db, async (tx) => {
    const run =
      how === 'retry' ? await unparkRun(tx, workspaceId, id, now) : await endParkedRun(tx, workspaceId, id, now, ENDED);
    if (!run) return false;
    const did = how === 'retry' ? 'tried again by the operator' : ENDED;
    insertMoves(tx, [{ runId: id, shapeId: run.shapeId, did }], now);
    await tx.query(notify('run'));
    return true;
  });
}
