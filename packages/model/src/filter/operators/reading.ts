import { folded } from '../../folded.ts';
import type { Body } from '../filter.ts';
import type { Asked } from '../test.ts';

/** Turns what stands under an operator into a test, or says what is wrong with it. */
export type Read = (body: Body) => Asked | Wrong;

export interface Wrong {
  /** The key of the body at fault. */
  key: string;
  problem: string;
}

export function isWrong(read: object): read is Wrong {
  return 'problem' in read;
}

const expected = (key: string, what: string): Wrong => ({ key, problem: `expected a ${what}` });

/** Reads one value of a body and goes on with it. */
function reading<T>(is: (value: unknown) => value is T, what: string) {
  return (make: (value: T) => Asked | Wrong, key = 'value'): Read =>
    (body) => {
      const value = body[key];
      return is(value) ? make(value) : expected(key, what);
    };
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isTexts = (value: unknown): value is string | readonly string[] =>
  isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));

export const text = reading(isText, 'string');
export const number = reading(isNumber, 'number');
export const boolean = reading(isBoolean, 'boolean');

/** One text or several, in small letters. */
export const texts = (make: (values: readonly string[]) => Asked): Read =>
  reading(isTexts, 'string or a list of strings')((value) => make([value].flat().map((one) => folded(one))));

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Both ends of a range: `{"from", "to"}`, `{"min", "max"}`, as the value or beside the field, or a value of two. */
export function ends<T>(body: Body, is: (value: unknown) => value is T, what: string): [T, T] | Wrong {
  const given = isRecord(body.value) ? body.value : body;
  const pair = Array.isArray(body.value) ? body.value : [given.from ?? given.min, given.to ?? given.max];
  const [from, to] = pair;
  if (!is(from)) return expected('from', what);
  return is(to) ? [from, to] : expected('to', what);
}

export const not =
  (read: Read): Read =>
  (body) => {
    const asked = read(body);
    return isWrong(asked) ? asked : { ...asked, not: true };
  };
