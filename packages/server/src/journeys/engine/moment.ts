import { type Fields, type Happened, type Leaf, publicId } from '@tributary/model';
import type { RecordedActivity } from '../../people/index.ts';

/** All that a shape may look at when it decides. No clock, no database: the same moment gives the same move. */
export interface Moment {
  now: Date;
  /** When the run came to this shape. */
  arrived: Date;
  /** The person's fields. */
  fields: Fields;
  /** What the person did, in this run, of the kind a condition names; oldest first. */
  activities(condition: Leaf): readonly Happened[];
}

/** What a run knows of its beginning. */
export interface Beginning {
  runId: string;
  entryActivityId: string;
  entryAt: Date;
  entry: Fields;
}

/**
 * What occurred in this run: after the activity that started it; for
 * activities about a message, only messages of this run; never one that a
 * machine did (`bol::m`); and, where the condition says `same`, only about the
 * same thing as the beginning, such as the same deal.
 */
export function activitiesOf(begin: Beginning, activities: readonly RecordedActivity[]): Moment['activities'] {
  const runId = publicId(begin.runId, 'run');
  const own = activities.filter(
    ({ id, occurredAt, attributes }) =>
      isAfter({ id, occurredAt }, begin) &&
      attributes['bol::m'] !== true &&
      (attributes['idt::jri'] === undefined || attributes['idt::jri'] === runId),
  );
  return (condition) =>
    own
      .filter(
        ({ activityId, attributes }) =>
          activityId === condition.fieldId && (condition.same ?? []).every((id) => attributes[id] === begin.entry[id]),
      )
      .map(({ occurredAt, attributes }) => ({ at: occurredAt, attributes }));
}

/** CRMs know the second, not the moment: within one, the order of recording decides, which ids carry. */
function isAfter(activity: { id: string; occurredAt: Date }, begin: Beginning): boolean {
  const by = activity.occurredAt.getTime() - begin.entryAt.getTime();
  return by > 0 || (by === 0 && BigInt(activity.id) > BigInt(begin.entryActivityId));
}
