import type { Body } from '../filter.ts';
import type { Asked } from '../test.ts';
import { boolean, ends, isNumber, isWrong, not, type Read, number as value } from './reading.ts';

/** What is not there counts as 0 where `not_existing_as_zero` says so (recorded audience). */
const orZero =
  (read: Read): Read =>
  (body: Body) => {
    const asked = read(body);
    if (isWrong(asked) || body.not_existing_as_zero !== true || asked.test.kind !== 'number') return asked;
    return { ...asked, test: { ...asked.test, zero: true } };
  };

const is = orZero(value((number): Asked => ({ test: { kind: 'number', from: number, to: number } })));
const between: Read = orZero((body) => {
  const range = ends(body, isNumber, 'number');
  return Array.isArray(range) ? { test: { kind: 'number', from: range[0], to: range[1] } } : range;
});

/** Whole numbers; decimals and currency are ×1000 (Ortto help). Both ends of `between` belong to it. */
export const numberOperators = {
  '$int::is': is,
  '$int::is_not': not(is),
  '$int::greater_than': orZero(value((over) => ({ test: { kind: 'number', over } }))),
  '$int::less_than': orZero(value((under) => ({ test: { kind: 'number', under } }))),
  '$int::between': between,
  '$int::not_between': not(between),
} satisfies Record<string, Read>;

/** What was never set counts as no. */
export const boolOperators = {
  '$bol::is': boolean((is) => ({ test: { kind: 'bool', is } })),
} satisfies Record<string, Read>;
