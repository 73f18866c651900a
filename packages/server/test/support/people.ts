import { ensureWorkspace, type Workspace } from '../../src/access/index.ts';
import { createPeople, type People } from '../../src/people/index.ts';
import { type MovableClock, movableClock } from '../../src/platform/clock.ts';
import { transaction } from '../../src/platform/database/pool.ts';
import { openPresence, type Presence } from '../../src/platform/presence.ts';
import { silent, type TestDatabase, testDatabase } from './database.ts';

/** People in a workspace, on a database of their own and a clock that can be moved. Whoever opens it closes `presence`, then `t`. */
export async function openPeople(): Promise<{
  t: TestDatabase;
  clock: MovableClock;
  presence: Presence;
  people: People;
  workspace: Workspace;
}> {
  const t = await testDatabase();
  const clock = movableClock();
  const presence = await openPresence(t.connection, silent);
  const people = createPeople({ db: t.db, clock, presence });
  const workspace = await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
  await people.preparePartitions();
  return { t, clock, presence, people, workspace };
}
