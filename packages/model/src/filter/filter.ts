import type { Value } from '../value.ts';

/**
 * A filter on Ortto's wire (Ortto help, a-258; recorded audiences): one operator
 * per object, groups `$and` and `$or`. What the wire allows beside the named
 * keys (`label`, `timezone`, `formData` …) is kept and ignored.
 */
export type Filter = { readonly [operator: string]: unknown };

export interface Leaf {
  operator: string;
  fieldId: string;
  value: unknown;
  /** `$act::…` only: which of those activities count. */
  where?: Filter;
  /** `$act::…` only, in a journey: attributes that must equal those of the activity that started the run. */
  same?: readonly string[];
}

export type Problem = { at: string; problem: string };

export type Operator = (field: Value | undefined, value: unknown) => boolean;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const texts = (field: Value | undefined, value: unknown): [string, string] | undefined =>
  isText(field) && isText(value) ? [field.toLowerCase(), value.toLowerCase()] : undefined;
const numbers = (field: Value | undefined, value: unknown): [number, number] | undefined =>
  isNumber(field) && isNumber(value) ? [field, value] : undefined;
const both =
  <T>(pair: (f: Value | undefined, v: unknown) => [T, T] | undefined, test: (f: T, v: T) => boolean): Operator =>
  (field, value) => {
    const found = pair(field, value);
    return found !== undefined && test(...found);
  };
const hasValue = (field: Value | undefined): boolean => field !== undefined && field !== null;

interface KnownOperator {
  test: Operator;
  value: 'string' | 'number' | 'boolean' | 'none';
}

/** The operators on one field. Text is compared without regard to case. */
const operators: Readonly<Record<string, KnownOperator>> = {
  $has_any_value: { test: hasValue, value: 'none' },
  $has_no_value: { test: (field) => !hasValue(field), value: 'none' },
  '$str::is': { test: both(texts, (f, v) => f === v), value: 'string' },
  '$str::is_not': { test: (f, v) => !both(texts, (a, b) => a === b)(f, v), value: 'string' },
  '$str::contains': { test: both(texts, (f, v) => f.includes(v)), value: 'string' },
  '$str::does_not_contains': { test: (f, v) => !both(texts, (a, b) => a.includes(b))(f, v), value: 'string' },
  '$str::starts': { test: both(texts, (f, v) => f.startsWith(v)), value: 'string' },
  '$str::ends': { test: both(texts, (f, v) => f.endsWith(v)), value: 'string' },
  '$int::is': { test: both(numbers, (f, v) => f === v), value: 'number' },
  '$int::is_not': { test: (f, v) => !both(numbers, (a, b) => a === b)(f, v), value: 'number' },
  '$int::greater_than': { test: both(numbers, (f, v) => f > v), value: 'number' },
  '$int::less_than': { test: both(numbers, (f, v) => f < v), value: 'number' },
  '$bol::is': { test: (f, v) => (f ?? false) === v, value: 'boolean' },
};

/** An operator on one field by its name; undefined where there is none of that name. */
export function operatorOf(name: string): KnownOperator | undefined {
  return Object.hasOwn(operators, name) ? operators[name] : undefined;
}

/** Activity conditions: they look at what the person did, within the scope their place in the journey gives. */
export const activityOperators = ['$act::has_occurred', '$act::has_not_occurred'] as const;

interface Body {
  field_id?: unknown;
  value?: unknown;
  filter?: Filter;
  same?: readonly string[];
}

/** A leaf taken apart, or undefined when the object is not one. */
export function leafOf(filter: Filter): Leaf | undefined {
  const [operator, body] = Object.entries(filter)[0] ?? [];
  if (operator === undefined || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { field_id, value, filter: where, same } = body as Body;
  if (!isText(field_id)) return undefined;
  return { operator, fieldId: field_id, value, ...(where && { where }), ...(same && { same }) };
}

export function isActivityOperator(operator: string): boolean {
  return (activityOperators as readonly string[]).includes(operator);
}
