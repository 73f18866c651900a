import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, transaction } from '../platform/database/pool.ts';
import type { Turn } from '../platform/loop.ts';
import { askedOf } from './concerned.ts';
import type { LiveSets } from './live.ts';
import { settle } from './settle.ts';
import { updateVersion } from './store/audience.sql.ts';
import { deleteGhosts, findBuilding, listFurthestBehind, listPeopleAfter, updateBuilt } from './store/build.sql.ts';
import { findDueWorkspace, findNextCheck, takeChecks } from './store/check.sql.ts';

export interface Turning {
  db: Db;
  people: People;
  live: LiveSets;
  clock: Clock;
}

const CHECKS_AT_ONCE = 1000;
/** Few enough that news waits for the lock only a moment. */
const BUILT_AT_ONCE = 1000;

/** One batch of what time has made due, and one of building. */
export async function audienceTurn(o: Turning): Promise<Turn> {
  const checked = await check(o);
  const built = await build(o);
  return checked || built ? 'more' : findNextCheck(o.db);
}

async function check(o: Turning): Promise<boolean> {
  const workspaceId = await findDueWorkspace(o.db, o.clock.now());
  if (workspaceId === undefined) return false;
  await transaction(o.db, async (tx) => {
    const live = await o.live.lock(tx, workspaceId);
    const now = o.clock.now();
    const due = await takeChecks(tx, workspaceId, now, CHECKS_AT_ONCE);
    await settle(tx, o.people, { workspaceId, live, now }, due);
  });
  return true;
}

async function build(o: Turning): Promise<boolean> {
  const workspaceId = await findBuilding(o.db);
  if (workspaceId === undefined) return false;
  await transaction(o.db, async (tx) => {
    const live = await o.live.lock(tx, workspaceId);
    const now = o.clock.now();
    const behind = await listFurthestBehind(tx, workspaceId);
    if (!behind) return;
    const { ids, after } = behind;
    const who = await listPeopleAfter(tx, workspaceId, after, BUILT_AT_ONCE);
    await settle(tx, o.people, { workspaceId, live, now }, askedOf(who, ids));
    const done = who.length < BUILT_AT_ONCE;
    await deleteGhosts(tx, ids, { after, upTo: done ? undefined : who.at(-1) });
    await updateBuilt(tx, ids, { after: who.at(-1), count: who.length, done }, now);
    // What was quiet is so no longer.
    if (done) await updateVersion(tx, workspaceId);
  });
  return true;
}
