import type { PeopleNamed } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { eraseRuns, wakeRunsOf } from './store/erase.sql.ts';

/** The engine looks at the runs of people who were archived, and ends them. */
export async function endRuns(tx: Tx, pieces: readonly PeopleNamed[], now: Date): Promise<void> {
  let woken = 0;
  for (const { workspaceId, ids } of pieces) woken += await wakeRunsOf(tx, workspaceId, ids, now);
  if (woken > 0) signal(tx, 'run');
}

/** Nothing personal of people who were deleted stays in their runs. */
export async function forget(tx: Tx, pieces: readonly PeopleNamed[], now: Date): Promise<void> {
  for (const { ids } of pieces) await eraseRuns(tx, ids, now);
}
