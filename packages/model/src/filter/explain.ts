import type { Value } from '../value.ts';
import type { Facts } from './facts.ts';
import { askedAbout, type Filter, groupOf, type Leaf, leafOf } from './filter.ts';
import { type Happened, occurrenceOf, windowAt } from './happened.ts';
import { matches } from './matches.ts';
import { isActivityOperator, isMembershipOperator } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';
import { shownValue } from './shown.ts';
import { conditionInWords, type Names, times } from './words.ts';

/** Why a filter holds or does not: its own tree, each condition with what was asked and what there was. */
export type Explained = ExplainedGroup | ExplainedCondition;

export interface ExplainedGroup {
  holds: boolean;
  /** All of the parts have to hold, or any of them. */
  group: 'all' | 'any';
  parts: Explained[];
}

export interface ExplainedCondition {
  holds: boolean;
  asked: string;
  was: string;
  condition: Filter;
  /** Of a field: its value; absent where it has none. */
  value?: Value;
  /** Of an activity: what there was of that kind, the newest last. */
  occurrences?: ExplainedOccurrence[];
}

export interface ExplainedOccurrence {
  at: Date;
  counts: boolean;
  /** Why it does not count. */
  why?: string;
}

export interface ExplainFacts extends Facts {
  names?: Names;
  /** Where an answer that was `known` comes from. */
  source?: (condition: Filter) => string | undefined;
}

const OCCURRENCES_SHOWN = 20;

/** Explains what `matches` says of the same filter and facts. */
export function explain(filter: Filter, facts: ExplainFacts): Explained {
  if (Object.keys(filter).length === 0) return { holds: true, group: 'all', parts: [] };
  const group = groupOf(filter);
  if (group) {
    const parts = group.parts.map((part) => explain(part, facts));
    const holds = group.all ? parts.every((part) => part.holds) : parts.some((part) => part.holds);
    return { holds, group: group.all ? 'all' : 'any', parts };
  }
  const leaf = leafOf(filter);
  if (!leaf) throw new Error(`not a filter: ${JSON.stringify(filter)}`);
  const of = { holds: matches(filter, facts), asked: conditionInWords(leaf, facts.names), condition: filter };
  if (facts.known?.(filter) !== undefined) {
    return { ...of, was: `${of.holds ? 'yes' : 'no'}, ${facts.source?.(filter) ?? 'as it was found elsewhere'}` };
  }
  if (isActivityOperator(leaf.operator)) return { ...of, ...occurrencesOf(leaf, facts) };
  if (isMembershipOperator(leaf.operator)) {
    const id = askedAbout(leaf) ?? '';
    return { ...of, was: `${facts.member?.(leaf.operator, id) ? 'yes' : 'no'}, ${facts.names?.group?.(id) ?? id}` };
  }
  const { fields, entry = {} } = facts;
  const about = leaf.of === 'entry' ? entry : fields;
  const value = Object.hasOwn(about, leaf.fieldId) ? about[leaf.fieldId] : undefined;
  return { ...of, was: shownValue(value), ...(value === undefined ? {} : { value }) };
}

/** The conditions that settled it: those that did not hold where it does not, those that did where it does. */
export function decisive(explained: Explained): ExplainedCondition[] {
  if (!('group' in explained)) return [explained];
  const { group, parts, holds } = explained;
  const all = (group === 'all') === holds;
  return (all ? parts : parts.filter((part) => part.holds === holds)).flatMap(decisive);
}

function occurrencesOf(leaf: Leaf, facts: ExplainFacts): Pick<ExplainedCondition, 'was' | 'occurrences'> {
  const occurrence = occurrenceOf(leaf.body, facts.now);
  if (isWrong(occurrence)) throw new Error(`${occurrence.key}: ${occurrence.problem}`);
  const { from, before } = windowAt(occurrence, facts.now);
  const why = ({ at, attributes }: Happened): string | undefined => {
    if ((from && at < from) || (before && at >= before)) return 'outside the time that is asked about';
    if (leaf.where === undefined || matches(leaf.where, { fields: attributes, now: facts.now })) return undefined;
    const names: Names = { field: (id) => facts.names?.attribute?.(leaf.fieldId, id) };
    const failed = decisive(explain(leaf.where, { fields: attributes, now: facts.now, names }));
    return failed.map(({ asked, was }) => `${asked}: it was ${was}`).join('; ');
  };
  const occurrences = lookedAt(leaf, facts.activities?.(leaf) ?? []).map((one): ExplainedOccurrence => {
    const reason = why(one);
    return { at: one.at, counts: reason === undefined, ...(reason === undefined ? {} : { why: reason }) };
  });
  return { was: countedInWords(occurrences), occurrences: occurrences.slice(-OCCURRENCES_SHOWN) };
}

/** Of what there was, oldest first: all of it, or the one that is asked about. */
function lookedAt({ operator }: Leaf, happened: readonly Happened[]): readonly Happened[] {
  if (operator === '$act::first') return happened.slice(0, 1);
  return operator === '$act::last' ? happened.slice(-1) : happened;
}

function countedInWords(occurrences: readonly ExplainedOccurrence[]): string {
  const counting = occurrences.filter(({ counts }) => counts);
  const last = counting.at(-1)?.at.toISOString();
  const others = occurrences.length - counting.length;
  const counted = last === undefined ? 'it has not occurred' : `${times(counting.length)}, last at ${last}`;
  return others === 0 ? counted : `${counted} (${times(others)} otherwise)`;
}
