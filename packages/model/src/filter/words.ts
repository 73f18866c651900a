import { askedAbout, type Filter, groupOf, type Leaf, leafOf } from './filter.ts';
import { occurrenceOf } from './happened.ts';
import { isActivityOperator, isMembershipOperator, type MembershipOperator, operatorOf } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';
import { shownValue } from './shown.ts';
import { testInWords } from './test-words.ts';

/** What things are called; what has no name here goes by its id. */
export interface Names {
  field?(id: string): string | undefined;
  activity?(id: string): string | undefined;
  /** An attribute of an activity. */
  attribute?(activityId: string, id: string): string | undefined;
  /** An audience or a campaign. */
  group?(id: string): string | undefined;
}

/** A filter in words: “Segment is “SaaS”, and Opened email occurred”. It has been checked. */
export function filterInWords(filter: Filter, names: Names = {}): string {
  if (Object.keys(filter).length === 0) return 'everybody';
  const group = groupOf(filter);
  if (!group) return conditionInWords(leafOf(filter)!, names);
  if (group.parts.length === 0) return group.all ? 'everybody' : 'nobody';
  const parts = group.parts.map((part) => {
    const words = filterInWords(part, names);
    return (groupOf(part)?.parts.length ?? 0) > 1 && group.parts.length > 1 ? `(${words})` : words;
  });
  return parts.join(group.all ? ', and ' : ', or ');
}

/** What a condition asks, in words. */
export function conditionInWords(leaf: Leaf, names: Names = {}): string {
  const { operator, fieldId, body } = leaf;
  if (isActivityOperator(operator)) return activityInWords(leaf, names);
  if (isMembershipOperator(operator)) {
    const id = askedAbout(leaf) ?? '';
    return `${memberships[operator]} “${names.group?.(id) ?? id}”`;
  }
  const asked = operatorOf(operator)?.(body);
  const name = names.field?.(fieldId) ?? fieldId;
  return `${name} ${asked && !isWrong(asked) ? testInWords(asked, body) : `${operator} ${shownValue(leaf.value)}`}`;
}

const memberships: Readonly<Record<MembershipOperator, string>> = {
  $is_member_of: 'is in the audience',
  $is_not_member_of: 'is not in the audience',
  $is_subscriber_of: 'is subscribed to',
  $is_not_subscriber_of: 'is not subscribed to',
  $is_opted_in: 'has opted in to SMS of',
  $is_opted_out: 'has opted out of SMS of',
  $is_push_opted_in: 'has opted in to push messages of',
  $is_push_opted_out: 'has opted out of push messages of',
  $has_started_campaign: 'has started',
  $is_member_of_campaign: 'is inside',
  $has_left_campaign: 'has left',
};

function activityInWords(leaf: Leaf, names: Names): string {
  const { operator, fieldId, where, same, ever } = leaf;
  const name = `“${names.activity?.(fieldId) ?? fieldId}”`;
  const one = operator === '$act::first' || operator === '$act::last';
  const what = one
    ? `the ${operator === '$act::first' ? 'first' : 'last'} ${name} was one`
    : `${name} ${operator === '$act::has_not_occurred' ? 'did not occur' : 'occurred'}`;
  const attributes: Names = { ...names, field: (id) => names.attribute?.(fieldId, id) };
  const about = (same ?? []).map((id) => names.attribute?.(fieldId, id) ?? id);
  return [
    what,
    ...(one ? [] : [timesInWords(leaf)]),
    windowInWords(leaf),
    ...(where && Object.keys(where).length > 0 ? [`where ${filterInWords(where, attributes)}`] : []),
    ...(about.length > 0 ? [`about the same ${about.join(', ')}`] : []),
    ...(ever ? ['at any time in the past'] : []),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function timesInWords(leaf: Leaf): string {
  const occurrence = occurrenceOf(leaf.body, new Date(0));
  if (isWrong(occurrence)) return '';
  const { atLeast, atMost } = occurrence;
  if (atMost === Number.POSITIVE_INFINITY) return atLeast === 1 ? '' : `at least ${times(atLeast)}`;
  if (atLeast === atMost) return `exactly ${times(atLeast)}`;
  return atLeast === 0 ? `at most ${times(atMost)}` : `${atLeast} to ${times(atMost)}`;
}

function windowInWords({ body }: Leaf): string {
  const { type, days, hours, from, to } = (body.timeframe ?? {}) as Record<string, unknown>;
  if (typeof type === 'string')
    return type === 'all' ? '' : type.replace(/^(last)-/, 'in the $1 ').replaceAll('-', ' ');
  if (days !== undefined) return `in the last ${days} days`;
  if (hours !== undefined) return `in the last ${hours} hours`;
  return from === undefined ? '' : `from ${from} to ${to}`;
}

export const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);
