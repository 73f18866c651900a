import { type Filter, matches } from '@tributary/model';
import { IMPORTED, type PeopleRecorded, type RecordedActivity } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { listJourneysEnteredBy } from '../store/journey.sql.ts';
import type { Version } from '../versions.ts';
import { type Enroller, enter } from './enter.ts';
import { whoFits } from './fits.ts';

/** The journeys that activities of some kinds start, and those of the activities that do. */
export interface Starting {
  versions: readonly Version[];
  activities: readonly RecordedActivity[];
}

/**
 * What is read to see whether activities start runs. Those of kinds that did when they came last are read at once with
 * the journeys: that is a round trip less for each that starts one.
 */
export function createStarting(of: Enroller) {
  const startedLast = new Map<string, boolean>();
  return async (tx: Tx, workspaceId: number, told: Told): Promise<Starting> => {
    const keyOf = (kind: string): string => `${workspaceId} ${kind}`;
    const kinds = [...new Set(told.map(({ activityId }) => activityId))];
    const likely = told.filter(({ activityId }) => startedLast.get(keyOf(activityId)));
    const [journeys, read] = await Promise.all([
      listJourneysEnteredBy(tx, workspaceId, kinds),
      of.people.activities(tx, workspaceId, likely),
    ]);
    const versions = await Promise.all(journeys.map(({ id, version }) => of.versions.get(tx, id, version)));
    const triggers = new Set(versions.map(({ trigger }) => trigger?.activity));
    const others = told.filter(({ activityId }) => triggers.has(activityId) && !startedLast.get(keyOf(activityId)));
    const activities = [...read, ...(await of.people.activities(tx, workspaceId, others))];
    for (const kind of kinds) startedLast.set(keyOf(kind), triggers.has(kind));
    return { versions, activities };
  };
}

/** Starts the runs that these activities call for. Handling the same news again starts none. */
export async function enrol(
  tx: Tx,
  of: Enroller,
  workspaceId: number,
  { versions, activities }: Starting,
  now: Date,
): Promise<void> {
  const called = await whoFits(tx, of.people, { workspaceId, now }, calledBy(versions, activities, now));
  await enter(tx, of, workspaceId, called, now);
}

type Told = PeopleRecorded['activities'];

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
