import type { Fields } from '../value.ts';
import { type Filter, groupOf, type Leaf, leafOf } from './filter.ts';
import { type Happened, occurs } from './happened.ts';
import { holds } from './holds.ts';
import { isActivityOperator, isMembershipOperator, type MembershipOperator, operatorOf } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';

/** What a filter is asked about. */
export interface Facts {
  /** Values by field id, as on the wire; those that the server keeps (`l`, `tags` …) included where filters ask them. */
  fields: Fields;
  now: Date;
  /** What started the run, in a journey: where a condition asks it. */
  entry?: Fields;
  /** What the person did of the kind a condition names, oldest first, within the scope of whoever asks. */
  activities?: (condition: Leaf) => readonly Happened[];
  /** Answers to conditions that were found elsewhere, such as by the database; undefined: it is to be found here. */
  known?: (condition: Filter) => boolean | undefined;
  /** What other rooms say of the person: audiences, campaigns. */
  member?: (operator: MembershipOperator, id: string) => boolean;
}

/** Whether the filter holds for these facts. The filter has been checked (`problemsWithFilter`). */
export function matches(filter: Filter, facts: Facts): boolean {
  if (Object.keys(filter).length === 0) return true;
  const group = groupOf(filter);
  if (group) {
    const { all, parts } = group;
    return all ? parts.every((part) => matches(part, facts)) : parts.some((part) => matches(part, facts));
  }
  const known = facts.known?.(filter);
  if (known !== undefined) return known;
  const leaf = leafOf(filter);
  if (!leaf) throw new Error(`not a filter: ${JSON.stringify(filter)}`);
  const { operator, fieldId, body } = leaf;
  if (isActivityOperator(operator)) {
    const counts = ({ attributes }: Happened): boolean =>
      leaf.where === undefined || matches(leaf.where, { fields: attributes, now: facts.now });
    return occurs(leaf, facts.activities?.(leaf) ?? [], facts.now, counts);
  }
  if (isMembershipOperator(operator)) return facts.member?.(operator, askedAbout(leaf) ?? '') ?? false;
  const read = operatorOf(operator);
  if (!read) throw new Error(`unknown operator ${operator}`);
  const asked = read(body);
  if (isWrong(asked)) throw new Error(`${operator}: ${asked.key}: ${asked.problem}`);
  const fields = leaf.of === 'entry' ? (facts.entry ?? {}) : facts.fields;
  return holds(asked, Object.hasOwn(fields, fieldId) ? fields[fieldId] : undefined, facts.now);
}

/** Which audience or campaign a membership condition asks about. */
export function askedAbout({ body }: Leaf): string | undefined {
  const id = body.audience_id ?? body.campaign_id ?? body.value;
  return typeof id === 'string' ? id : undefined;
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
