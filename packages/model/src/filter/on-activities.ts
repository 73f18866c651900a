import { occurredOf } from '../schema/field-id.ts';
import type { Fields } from '../value.ts';
import { NEVER } from './boundary.ts';
import { type Filter, leafOf } from './filter.ts';
import { occurrenceOf } from './happened.ts';
import { conditionsOf } from './matches.ts';
import { isActivityOperator } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';
import { prepare } from './prepared.ts';

/** A condition on what somebody did, and what one activity more can do to its answer. */
export interface OnActivity {
  activityId: string;
  /** Only activities with some attributes count. */
  byAttributes: boolean;
  /** Whether one with these attributes counts; true also where it may at another time. */
  counts(attributes: Fields, now: Date): boolean;
  /** One more may make it hold. */
  mayHold: boolean;
  /** One more may make it fail. */
  mayFail: boolean;
}

/** The conditions of a filter on what somebody did. */
export function onActivities(filter: Filter): OnActivity[] {
  return conditionsOf(filter).flatMap((condition): OnActivity[] => {
    const leaf = leafOf(condition)!;
    const occurred = occurredOf(leaf.fieldId);
    if (occurred) return [{ ...either, activityId: occurred.activityId }];
    if (!isActivityOperator(leaf.operator)) return [];
    const where = leaf.where && prepare(leaf.where);
    return [
      {
        activityId: leaf.fieldId,
        byAttributes: where !== undefined,
        counts(attributes, now) {
          const facts = { fields: attributes, now };
          return !where || where.holds(facts) || where.next(facts) !== NEVER;
        },
        ...turned(leaf.operator, leaf.body),
      },
    ];
  });
}

const either = { byAttributes: false, counts: () => true, mayHold: true, mayFail: true };

function turned(operator: string, body: object): Pick<OnActivity, 'mayHold' | 'mayFail'> {
  const occurrence = occurrenceOf(body as Record<string, unknown>, new Date(0));
  if (isWrong(occurrence) || !operator.endsWith('_occurred')) return either;
  // The count only grows.
  const reaches = occurrence.atLeast > 0;
  const exceeds = occurrence.atMost !== NEVER;
  return operator === '$act::has_not_occurred'
    ? { mayHold: exceeds, mayFail: reaches }
    : { mayHold: reaches, mayFail: exceeds };
}
