import type { PeopleRecorded } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { listVersions } from './store/journey.sql.ts';
import { lockOpenRuns, wakeRuns } from './store/run.sql.ts';
import type { Versions } from './versions.ts';

/** Makes the engine look at the runs that listen to what happened. What it means for them, the engine decides. */
export async function wake(
  tx: Tx,
  listened: ReadonlySet<string>,
  pieces: readonly PeopleRecorded[],
  now: Date,
): Promise<void> {
  const happened = pieces.flatMap((piece) => happenedIn(piece, listened));
  if (happened.length === 0) return;
  const open = await lockOpenRuns(tx, [...new Set(happened.map(({ personId }) => personId))]);
  if ((await wakeRuns(tx, open, happened, now)) > 0) signal(tx, 'run');
}

/** What somebody may listen to: activities, and fields of those who changed. */
function happenedIn(
  { activities, changed, fields }: PeopleRecorded,
  listened: ReadonlySet<string>,
): { personId: string; what: string }[] {
  const changes = (fields ?? [...listened]).filter((id) => listened.has(id) && !id.startsWith('act:'));
  return [
    ...activities.flatMap(({ personId, activityId }) =>
      listened.has(activityId) ? [{ personId, what: activityId }] : [],
    ),
    ...changed.flatMap((personId) => changes.map((what) => ({ personId, what }))),
    // To be seen is no change, but comes with an activity.
    ...(listened.has('l') ? activities.map(({ personId }) => ({ personId, what: 'l' })) : []),
  ];
}

/**
 * Every activity and field that a run of this workspace may listen to, in whatever version it is. Most activities are
 * none of these, and to lock the runs of everyone who does anything cost a third of the intake.
 */
export async function listenedIn(tx: Tx, versions: Versions, workspaceId: number): Promise<Set<string>> {
  const all = await listVersions(tx, workspaceId);
  const read = await Promise.all(all.map(({ journeyId, version }) => versions.get(tx, journeyId, version)));
  return new Set(read.flatMap(({ listens }) => listens));
}
