import type { Facts } from './facts.ts';
import { type Filter, groupOf, type Leaf, leafOf } from './filter.ts';
import { isActivityOperator } from './operators/index.ts';
import { prepare } from './prepared.ts';

/** Whether the filter holds for these facts. The filter has been checked (`problemsWithFilter`) and does not change any more. */
export function matches(filter: Filter, facts: Facts): boolean {
  return prepare(filter).holds(facts);
}

/** Every condition of a filter, as it stands there, but those on attributes. */
export function conditionsOf(filter: Filter): Filter[] {
  const group = groupOf(filter);
  if (group) return group.parts.flatMap(conditionsOf);
  return leafOf(filter) ? [filter] : [];
}

/** The same, taken apart. */
export function leavesOf(filter: Filter): Leaf[] {
  return conditionsOf(filter).map((condition) => leafOf(condition)!);
}

/** Every activity id that the filter asks about. */
export function activitiesIn(filter: Filter): string[] {
  return leavesOf(filter).flatMap(({ operator, fieldId }) => (isActivityOperator(operator) ? [fieldId] : []));
}
