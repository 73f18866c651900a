import { anyOperators } from './any.ts';
import { dateOperators, timeOperators } from './date.ts';
import { idOperators } from './id.ts';
import { listOperators } from './list.ts';
import { boolOperators, numberOperators } from './number.ts';
import { phoneOperators } from './phone.ts';
import { placeOperators } from './place.ts';
import type { Read } from './reading.ts';
import { textOperators } from './text.ts';

const operators: Readonly<Record<string, Read>> = {
  ...anyOperators,
  ...textOperators,
  ...listOperators,
  ...numberOperators,
  ...boolOperators,
  ...dateOperators,
  ...timeOperators,
  ...placeOperators,
  ...phoneOperators,
  ...idOperators,
};

/** An operator on one field by its name; undefined where there is none of that name. */
export function operatorOf(name: string): Read | undefined {
  return Object.hasOwn(operators, name) ? operators[name] : undefined;
}

/** Activity conditions: they look at what the person did. */
const activityOperators = ['$act::has_occurred', '$act::has_not_occurred', '$act::first', '$act::last'] as const;
export type ActivityOperator = (typeof activityOperators)[number];

/**
 * Conditions that another room answers: audiences and campaigns. They name
 * what they ask about by `audience_id`, `campaign_id` or `value`.
 */
const membershipOperators = [
  '$is_member_of',
  '$is_not_member_of',
  '$is_subscriber_of',
  '$is_not_subscriber_of',
  '$is_opted_in',
  '$is_opted_out',
  '$is_push_opted_in',
  '$is_push_opted_out',
  '$has_started_campaign',
  '$is_member_of_campaign',
  '$has_left_campaign',
] as const;
export type MembershipOperator = (typeof membershipOperators)[number];

const isOneOf =
  <T extends string>(names: readonly T[]) =>
  (name: string): name is T =>
    (names as readonly string[]).includes(name);

export const isActivityOperator = isOneOf(activityOperators);
export const isMembershipOperator = isOneOf(membershipOperators);

/** Every operator there is; for tests and the documentation. */
export const operatorNames: readonly string[] = [
  ...Object.keys(operators),
  ...activityOperators,
  ...membershipOperators,
];
