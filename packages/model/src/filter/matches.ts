import type { Fields } from '../value.ts';
import { type Filter, type Leaf, leafOf, operatorOf } from './filter.ts';

/** What a filter is asked about: fields by id, and whether an activity occurred. */
export interface Facts {
  fields: Fields;
  /** Whether an activity as the condition describes it occurred. */
  occurred?: (condition: Leaf) => boolean;
}

/** Whether the filter holds for these facts. The filter has been checked (`problemsWithFilter`). */
export function matches(filter: Filter, facts: Facts): boolean {
  const [operator, body] = Object.entries(filter)[0] ?? [];
  if (operator === undefined) return true;
  if (operator === '$and') return (body as Filter[]).every((part) => matches(part, facts));
  if (operator === '$or') return (body as Filter[]).some((part) => matches(part, facts));
  const leaf = leafOf(filter);
  if (!leaf) throw new Error(`not a filter: ${JSON.stringify(filter)}`);
  if (leaf.operator === '$act::has_occurred') return facts.occurred?.(leaf) ?? false;
  if (leaf.operator === '$act::has_not_occurred') return !(facts.occurred?.(leaf) ?? false);
  const known = operatorOf(leaf.operator);
  if (!known) throw new Error(`unknown operator ${leaf.operator}`);
  return known.test(Object.hasOwn(facts.fields, leaf.fieldId) ? facts.fields[leaf.fieldId] : undefined, leaf.value);
}

/** Every activity id that the filter asks about. */
export function activitiesIn(filter: Filter): string[] {
  const [operator, body] = Object.entries(filter)[0] ?? [];
  if (operator === '$and' || operator === '$or') return (body as Filter[]).flatMap(activitiesIn);
  return operator?.startsWith('$act::') ? [leafOf(filter)!.fieldId] : [];
}
