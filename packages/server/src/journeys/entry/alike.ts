import type { Fields } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import { signal } from '../../platform/presence.ts';
import { started } from '../activities.ts';
import { insertRunsAlike } from '../store/alike.sql.ts';
import type { Version } from '../versions.ts';
import { obstaclesOf, runKey } from './again.ts';
import { type Enroller, isHeldOut, whenHeldOut } from './enter.ts';

/** What is the same for all who enter at once. */
export interface Alike {
  version: Version;
  begin: { id: string; at: Date };
  entry: Fields;
}

/**
 * What `enter` does, for many who are put into a journey by the same: what is alike travels once, which halves the time.
 * Returns how many have entered.
 */
export async function enterAlike(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  alike: Alike,
  people: readonly string[],
  now: Date,
): Promise<number> {
  const held = new Set((await of.people.identity.hold(tx, workspaceId, people)).values());
  const here = [...held].map((personId) => ({ ...alike, personId }));
  const obstacles = await obstaclesOf(tx, of.people, workspaceId, here, now);
  const going = here.filter((_, i) => obstacles[i] === undefined);
  if (going.length === 0) return 0;
  const { version, begin, entry } = alike;
  const ids = await of.runIds.next(
    tx,
    going.map(() => now),
  );
  const runs = going.map(({ personId }, i) => ({ id: ids[i]!, personId, heldOut: isHeldOut(version, personId) }));
  const inserted = await insertRunsAlike(
    tx,
    {
      workspaceId,
      journeyId: version.journeyId,
      version: version.version,
      entryActivityId: begin.id,
      entryAt: begin.at,
      entryKey: runKey(going[0]!),
      entry,
      listens: version.listens,
      heldOut: { dueAt: whenHeldOut(now), listens: version.goalListens },
    },
    runs,
    now,
  );
  const told = runs
    .filter(({ id, heldOut }) => inserted.has(id) && !heldOut)
    .map((run) => started(run, version, { activity: undefined, id: begin.id }));
  await of.people.tell(tx, workspaceId, told);
  if (inserted.size > 0) signal(tx, 'run');
  return inserted.size;
}
