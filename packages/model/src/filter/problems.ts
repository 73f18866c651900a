import { isTimezone } from '../time/zone.ts';
import { canHold, isAttribute } from './askable.ts';
import { askedAbout, type Filter, leafOf, type Problem } from './filter.ts';
import { occurrenceOf } from './happened.ts';
import { isActivityOperator, isMembershipOperator, type MembershipOperator, operatorOf } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';
import { noTimezone } from './operators/zone.ts';

/** At most this many conditions in one filter (Ortto help, a-258). */
const CONDITIONS_MAX = 50;
const ACTIVITY_CONDITIONS_MAX = 15;
const DEPTH_MAX = 12;

/** What a filter may ask about; where it is not given, anything. */
export interface Askable {
  field(id: string): boolean;
  activity(id: string): boolean;
  membership(operator: MembershipOperator): boolean;
  /** Why a condition can not ask about the audience, or journey, of that id; undefined where it can. */
  about?(operator: MembershipOperator, id: string): string | undefined;
}

interface Walk {
  all: number;
  activity: number;
  askable: Askable | undefined;
  /** Attributes of an activity are asked about, which has not done anything: by their ids, or by names that become ids later. */
  attributes?: 'by id' | 'by name';
}

/** Everything that is wrong with a filter, each with the path of the part at fault; empty when it is right. */
export function problemsWithFilter(filter: unknown, at = 'filter', askable?: Askable): Problem[] {
  const count: Walk = { all: 0, activity: 0, askable };
  const problems = walk(filter, at, count, 0);
  if (count.all > CONDITIONS_MAX) problems.push({ at, problem: `more than ${CONDITIONS_MAX} conditions` });
  if (count.activity > ACTIVITY_CONDITIONS_MAX) {
    problems.push({ at, problem: `more than ${ACTIVITY_CONDITIONS_MAX} activity conditions` });
  }
  return problems;
}

function walk(filter: unknown, at: string, count: Walk, depth: number): Problem[] {
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
  const read = operatorOf(operator);
  const isOther = isActivityOperator(operator) || isMembershipOperator(operator);
  if (!read && !isOther) return [{ at: here, problem: `unknown operator ${operator}` }];
  const leaf = leafOf(filter as Filter);
  if (!leaf) return [{ at: here, problem: 'a condition needs a field_id' }];
  if (isOther && count.attributes) return [{ at: here, problem: `${operator} can not be asked of an attribute` }];
  if (isActivityOperator(operator)) {
    count.activity += 1;
    if (!leaf.fieldId.startsWith('act:')) return [{ at: here, problem: `${leaf.fieldId} is not an activity` }];
    if (count.askable?.activity(leaf.fieldId) === false) {
      return [{ at: here, problem: `${leaf.fieldId}: Object not found` }];
    }
    if (leaf.same !== undefined && !(Array.isArray(leaf.same) && leaf.same.every((id) => typeof id === 'string'))) {
      return [{ at: `${here}.same`, problem: 'expected a list of attribute ids' }];
    }
    const occurrence = occurrenceOf(leaf.body, new Date(0));
    if (isWrong(occurrence)) return [{ at: `${here}.${occurrence.key}`, problem: occurrence.problem }];
    const timezone = leaf.body.timezone || 'UTC';
    // Ortto's own filters have one wherever it plays no part.
    if (occurrence.window && 'fromDay' in occurrence.window && !isTimezone(timezone))
      return [{ at: `${here}.timezone`, problem: noTimezone(timezone) }];
    if (leaf.where === undefined) return [];
    // Attributes are asked by their ids, whatever the schema says of people's fields.
    const within: Walk = { ...count, askable: undefined, attributes: count.askable ? 'by id' : 'by name' };
    const problems = walk(leaf.where, `${here}.filter`, within, depth + 1);
    Object.assign(count, { all: within.all, activity: within.activity });
    return problems;
  }
  if (isMembershipOperator(operator)) {
    if (count.askable?.membership(operator) === false) {
      return [{ at: here, problem: `${operator} can not be asked here yet` }];
    }
    const id = askedAbout(leaf);
    const problem = id === undefined ? 'expected an id' : count.askable?.about?.(operator, id);
    return problem === undefined ? [] : [{ at: id === undefined ? `${here}.value` : here, problem }];
  }
  const asked = read!(leaf.body);
  if (isWrong(asked)) return [{ at: `${here}.${asked.key}`, problem: asked.problem }];
  // What started a run has attributes, whatever the schema says of people's fields.
  if (leaf.of !== 'entry' && count.askable?.field(leaf.fieldId) === false)
    return [{ at: here, problem: `${leaf.fieldId}: Object not found` }];
  if (count.attributes === 'by id' && !isAttribute(leaf.fieldId))
    return [{ at: here, problem: `${leaf.fieldId} is not an attribute of an activity` }];
  if (!canHold(asked.test, leaf.fieldId))
    return [{ at: here, problem: `${operator} can not be asked of ${leaf.fieldId}` }];
  return [];
}
