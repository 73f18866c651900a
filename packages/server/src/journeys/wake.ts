import type { PeopleRecorded } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { notify } from '../platform/presence.ts';
import { listVersions } from './store/journey.sql.ts';
import { lockOpenRuns, wakeRuns } from './store/run.sql.ts';
import type { Versions } from './versions.ts';

/** Makes the engine look at the runs that listen to what happened. What it means for them, the engine decides. */
export async function wake(tx: Tx, versions: Versions, pieces: readonly PeopleRecorded[], now: Date): Promise<void> {
  for (const workspaceId of new Set(pieces.map((piece) => piece.workspaceId))) {
    const asked = await askedIn(tx, versions, workspaceId);
    const happened = pieces
      .filter((piece) => piece.workspaceId === workspaceId)
      .flatMap((piece) => happenedIn(piece, asked));
    if (happened.length === 0) continue;
    const open = await lockOpenRuns(tx, [...new Set(happened.map(({ personId }) => personId))]);
    if ((await wakeRuns(tx, open, happened, now)) > 0) await tx.query(notify('run'));
  }
}

/** What somebody may listen to: activities, and fields of those who changed. */
function happenedIn(
  { activities, changed, fields }: PeopleRecorded,
  asked: ReadonlySet<string>,
): { personId: string; what: string }[] {
  const changes = (fields ?? [...asked]).filter((id) => asked.has(id) && !id.startsWith('act:'));
  return [
    ...activities.flatMap(({ personId, activityId }) =>
      asked.has(activityId) ? [{ personId, what: activityId }] : [],
    ),
    ...changed.flatMap((personId) => changes.map((what) => ({ personId, what }))),
    // To be seen is no change, but comes with an activity.
    ...(asked.has('l') ? activities.map(({ personId }) => ({ personId, what: 'l' })) : []),
  ];
}

/**
 * Every activity and field that a run of this workspace may listen to, in whatever version it is. Most activities are
 * none of these, and to lock the runs of everyone who does anything cost a third of the intake.
 */
async function askedIn(tx: Tx, versions: Versions, workspaceId: number): Promise<Set<string>> {
  const all = await listVersions(tx, workspaceId);
  const read = await Promise.all(all.map(({ journeyId, version }) => versions.get(tx, journeyId, version)));
  return new Set(read.flatMap(({ listens }) => listens));
}
