import type { Value } from '../value.ts';
import { askedBy, PERSON_ID } from './asked.ts';
import { boundaryOf, NEVER } from './boundary.ts';
import type { Facts, Prepared } from './facts.ts';
import { askedAbout, type Filter, groupOf, type Leaf, leafOf } from './filter.ts';
import { holds } from './holds.ts';
import { isActivityOperator, isMembershipOperator } from './operators/index.ts';
import { isWrong } from './operators/reading.ts';
import { preparedOccurrence } from './prepared-occurrence.ts';

const kept = new WeakMap<Filter, Prepared>();

/** Reads a filter, which has been checked (`problemsWithFilter`) and does not change any more. */
export function prepare(filter: Filter): Prepared {
  const known = kept.get(filter);
  if (known) return known;
  const made = preparedOf(filter);
  kept.set(filter, made);
  return made;
}

function preparedOf(filter: Filter): Prepared {
  if (Object.keys(filter).length === 0) return { holds: () => true, next: () => NEVER };
  const group = groupOf(filter);
  if (group) {
    const parts = group.parts.map(preparedOf);
    return {
      holds: group.all
        ? (facts) => parts.every((part) => part.holds(facts))
        : (facts) => parts.some((part) => part.holds(facts)),
      next: (facts) => parts.reduce((first, part) => Math.min(first, part.next(facts)), NEVER),
    };
  }
  const leaf = leafOf(filter);
  if (!leaf) throw new Error(`not a filter: ${JSON.stringify(filter)}`);
  const prepared = preparedLeaf(leaf);
  return { ...prepared, holds: (facts) => facts.known?.(filter) ?? prepared.holds(facts) };
}

function preparedLeaf(leaf: Leaf): Prepared {
  if (isActivityOperator(leaf.operator)) return preparedOccurrence(leaf, leaf.where && preparedOf(leaf.where));
  if (isMembershipOperator(leaf.operator)) return preparedMembership(leaf);
  return preparedTest(leaf);
}

function preparedMembership(leaf: Leaf): Prepared {
  const { operator } = leaf;
  if (!isMembershipOperator(operator)) throw new Error(`unknown operator ${operator}`);
  const about = askedAbout(leaf) ?? '';
  return { holds: (facts) => facts.member?.(operator, about) ?? false, next: () => NEVER };
}

function preparedTest(leaf: Leaf): Prepared {
  const { operator, fieldId, of } = leaf;
  const asked = askedBy(leaf);
  if (!asked) throw new Error(`unknown operator ${operator}`);
  if (isWrong(asked)) throw new Error(`${operator}: ${asked.key}: ${asked.problem}`);
  const anyOfTheirIds = asked.test.kind === 'id' && fieldId === PERSON_ID && of !== 'entry';
  const valueIn = ({ fields, formerIds, entry = {} }: Facts): Value | undefined => {
    const known = of === 'entry' ? entry : fields;
    const value = Object.hasOwn(known, fieldId) ? known[fieldId] : undefined;
    return anyOfTheirIds && formerIds?.length && typeof value === 'string' ? [value, ...formerIds] : value;
  };
  return {
    holds: (facts) => holds(asked, valueIn(facts), facts.now),
    next: (facts) => boundaryOf(asked, valueIn(facts), facts.now),
  };
}
