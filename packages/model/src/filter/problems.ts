import { type Filter, isActivityOperator, leafOf, operatorOf, type Problem } from './filter.ts';

/** At most this many conditions in one filter (Ortto help, a-258). */
const CONDITIONS_MAX = 50;
const ACTIVITY_CONDITIONS_MAX = 15;
const DEPTH_MAX = 12;

/** Everything that is wrong with a filter, each with the path of the part at fault; empty when it is right. */
export function problemsWithFilter(filter: unknown, at = 'filter'): Problem[] {
  const count = { all: 0, activity: 0 };
  const problems = walk(filter, at, count, 0);
  if (count.all > CONDITIONS_MAX) problems.push({ at, problem: `more than ${CONDITIONS_MAX} conditions` });
  if (count.activity > ACTIVITY_CONDITIONS_MAX) {
    problems.push({ at, problem: `more than ${ACTIVITY_CONDITIONS_MAX} activity conditions` });
  }
  return problems;
}

function walk(filter: unknown, at: string, count: { all: number; activity: number }, depth: number): Problem[] {
  if (depth > DEPTH_MAX) return [{ at, problem: 'nested too deeply' }];
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    return [{ at, problem: 'a filter is an object with one operator' }];
  }
  const entries = Object.entries(filter);
  if (entries.length === 0) return [];
  if (entries.length > 1) return [{ at, problem: `one operator per object, not ${entries.length}` }];
  const [operator, body] = entries[0]!;
  const here = `${at}.${operator}`;
  if (operator === '$and' || operator === '$or') {
    if (!Array.isArray(body)) return [{ at: here, problem: 'a group is a list of filters' }];
    return body.flatMap((part, i) => walk(part, `${here}[${i}]`, count, depth + 1));
  }
  count.all += 1;
  const leaf = leafOf(filter as Filter);
  if (!leaf) return [{ at: here, problem: 'a condition needs a field_id' }];
  if (isActivityOperator(operator)) {
    count.activity += 1;
    if (!leaf.fieldId.startsWith('act:')) return [{ at: here, problem: `${leaf.fieldId} is not an activity` }];
    if (leaf.same !== undefined && !(Array.isArray(leaf.same) && leaf.same.every((id) => typeof id === 'string'))) {
      return [{ at: `${here}.same`, problem: 'expected a list of attribute ids' }];
    }
    return leaf.where === undefined ? [] : walk(leaf.where, `${here}.filter`, count, depth + 1);
  }
  const known = operatorOf(operator);
  if (!known) return [{ at: here, problem: `unknown operator ${operator}` }];
  if (known.value === 'none' || typeof leaf.value === known.value) return [];
  return [{ at: `${here}.value`, problem: `expected a ${known.value}` }];
}
