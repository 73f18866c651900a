import { type Filter, matches } from '@tributary/model';
import type { PeopleRecorded, RecordedActivity } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { listJourneysEnteredBy } from '../store/journey.sql.ts';
import type { Version } from '../versions.ts';
import { type Enroller, enter } from './enter.ts';
import { whoFits } from './fits.ts';

/** The source of what came by a file: it starts no journey. */
const IMPORTED = 'Import';

/** Starts the runs that these activities call for. Handling the same news again starts none. */
export async function enrol(tx: Tx, of: Enroller, pieces: readonly PeopleRecorded[], now: Date): Promise<void> {
  for (const workspaceId of new Set(pieces.map((piece) => piece.workspaceId))) {
    const told = pieces.filter((piece) => piece.workspaceId === workspaceId).flatMap((piece) => piece.activities);
    const kinds = [...new Set(told.map((activity) => activity.activityId))];
    const journeys = await listJourneysEnteredBy(tx, workspaceId, kinds);
    if (journeys.length === 0) continue;
    const versions = await Promise.all(journeys.map(({ id, version }) => of.versions.get(tx, id, version)));
    const triggers = new Set(versions.map(({ trigger }) => trigger?.activity));
    const activities = await of.people.activities(
      tx,
      workspaceId,
      told.filter(({ activityId }) => triggers.has(activityId)),
    );
    const called = await whoFits(tx, of.people, { workspaceId, now }, calledBy(versions, activities, now));
    await enter(tx, of, workspaceId, called, now);
  }
}

function calledBy(versions: readonly Version[], activities: readonly RecordedActivity[], now: Date) {
  // A file of last year's orders is no reason to write to anyone.
  const lived = activities.filter(({ source }) => source !== IMPORTED);
  return lived.flatMap((activity) =>
    versions
      .filter(({ trigger }) => trigger?.activity === activity.activityId && fits(trigger.filter, activity, now))
      .map((version) => ({
        version,
        personId: activity.personId,
        begin: { id: activity.id, at: activity.occurredAt, activity: activity.activityId },
        entry: activity.attributes,
      })),
  );
}

function fits(filter: Filter | undefined, { attributes }: RecordedActivity, now: Date): boolean {
  return !filter || matches(filter, { fields: attributes, now });
}
