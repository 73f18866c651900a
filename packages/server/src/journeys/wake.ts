import type { PeopleRecorded } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { notify } from '../platform/presence.ts';
import { lockOpenRuns, wakeRuns } from './store/run.sql.ts';

/** Makes the engine look at the runs that listen to what happened. What it means for them, the engine decides. */
export async function wake(tx: Tx, pieces: readonly PeopleRecorded[], now: Date): Promise<void> {
  const happened = pieces.flatMap((piece) => piece.activities);
  if (happened.length === 0) return;
  const open = await lockOpenRuns(tx, [...new Set(happened.map((activity) => activity.personId))]);
  if ((await wakeRuns(tx, open, happened, now)) > 0) await tx.query(notify('run'));
}
