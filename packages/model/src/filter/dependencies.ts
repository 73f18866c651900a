import { occurredOf } from '../schema/field-id.ts';
import { askedAbout, type Filter } from './filter.ts';
import { occurrenceOf } from './happened.ts';
import { leavesOf } from './matches.ts';
import { isActivityOperator, isMembershipOperator, operatorOf } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';

/** What a filter's answer hangs on: as long as none of it changes for a person, neither does the answer. */
export interface Dependencies {
  fields: ReadonlySet<string>;
  activities: ReadonlySet<string>;
  /** Ids of audiences and campaigns. */
  memberships: ReadonlySet<string>;
  /** The answer can change by the mere passing of time. */
  time: boolean;
}

export function dependenciesOf(filter: Filter): Dependencies {
  const leaves = leavesOf(filter);
  const activities = leaves.filter(({ operator }) => isActivityOperator(operator));
  const memberships = leaves.filter(({ operator }) => isMembershipOperator(operator));
  const others = leaves.filter((leaf) => !activities.includes(leaf) && !memberships.includes(leaf));
  // "tme::act:cm:x!l" is when x last occurred.
  const occurred = others.flatMap(({ fieldId }) => occurredOf(fieldId)?.activityId ?? []);
  return {
    fields: new Set(others.flatMap(({ fieldId, of }) => (of === 'entry' ? [] : fieldId))),
    activities: new Set([...activities.map(({ fieldId }) => fieldId), ...occurred]),
    memberships: new Set(memberships.flatMap((leaf) => askedAbout(leaf) ?? [])),
    time:
      others.some(({ operator, body }) => {
        const asked = operatorOf(operator)?.(body);
        return asked !== undefined && !isWrong(asked) && movesWithTime(asked.test);
      }) ||
      activities.some(({ body }) => {
        const occurrence = occurrenceOf(body, new Date(0));
        return !isWrong(occurrence) && occurrence.window !== undefined && !('from' in occurrence.window);
      }),
  };
}

function movesWithTime(test: object & { kind: string; from?: unknown; to?: unknown; before?: unknown }): boolean {
  if (test.kind === 'anniversary') return true;
  if (test.kind !== 'instant' && test.kind !== 'days') return false;
  return [test.from, test.to, test.before].some(
    (end) => typeof end === 'object' && end !== null && ('ago' in end || 'inDays' in end),
  );
}
