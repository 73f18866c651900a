import { internalId } from '../ids.ts';
import type { Leaf } from './filter.ts';
import { operatorOf } from './operators/index.ts';
import { isWrong, type Wrong } from './operators/reading.ts';
import type { Asked } from './test.ts';

/** The field that is the id of the person. */
export const PERSON_ID = 'str::person_id';

/**
 * What a condition on a field asks; undefined where there is no such operator. Of the person's id, however it is
 * spelled, it is asked whom an id leads to: that of somebody who has become another leads to the other.
 */
export function askedBy({ operator, fieldId, body }: Leaf): Asked | Wrong | undefined {
  const asked = operatorOf(operator)?.(body);
  if (!asked || isWrong(asked) || fieldId !== PERSON_ID) return asked;
  const { test } = asked;
  const is = test.kind === 'text' && test.how === 'is' ? internalId(test.value, 'person') : undefined;
  return is === undefined ? asked : { ...asked, test: { kind: 'id', is } };
}
