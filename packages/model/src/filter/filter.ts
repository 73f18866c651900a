import { spelledId } from '../ids.ts';

/**
 * A filter on Ortto's wire (Ortto help, a-258; recorded audiences): one operator
 * per object, groups `$and` and `$or`. What the wire allows beside the named
 * keys (`label`, `name`, `icon`, `formData` …) is kept and ignored.
 */
export type Filter = { readonly [operator: string]: unknown };

/** What stands under an operator. */
export type Body = Readonly<Record<string, unknown>>;

export interface Leaf {
  operator: string;
  fieldId: string;
  value: unknown;
  body: Body;
  /** `$act::…` only: which of those activities count. */
  where?: Filter;
  /** `$act::…` only, in a journey: attributes that must equal those of the activity that started the run. */
  same?: readonly string[];
  /** `$act::…` only, in a journey: asked of all that the person ever did, and not of this run. */
  ever?: true;
  /** In a journey: asked of what started the run, and not of the person. */
  of?: 'entry';
}

export type Problem = { at: string; problem: string };

/** A leaf taken apart, or undefined when the object is not one. */
export function leafOf(filter: Filter): Leaf | undefined {
  const [operator, body] = Object.entries(filter)[0] ?? [];
  if (operator === undefined || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { field_id, value, filter: where, same, ever, of } = body as Body;
  const named = field_id ?? fieldOfItsOwn(operator);
  if (typeof named !== 'string') return undefined;
  const fieldId = keptAs(operator, named);
  return {
    operator,
    fieldId,
    value,
    body: body as Body,
    ...(where ? { where: where as Filter } : {}),
    ...(same ? { same: same as readonly string[] } : {}),
    ...(ever === true ? { ever } : {}),
    ...(of === 'entry' ? { of } : {}),
  };
}

/** Where the value of a field is kept: proximity is that to the last location; tags are kept by number and by name. */
function keptAs(operator: string, fieldId: string): string {
  if (fieldId === 'proximity::loc') return 'geo::ll';
  if (fieldId === 'tags' && operator.startsWith('$u4s::')) return 'u4s::t';
  return TAGS.includes(fieldId) && operator.startsWith('$str::') ? 'tags' : fieldId;
}

const TAGS = ['u4s::t', 'u4s:o:t'];

/** Operators that ask about membership need not name a field: which it is goes without saying. */
function fieldOfItsOwn(operator: string): string | undefined {
  return operator.startsWith('$is_') || operator.includes('_campaign') ? '' : undefined;
}

/** The parts of a group, or undefined when it is none. */
export function groupOf(filter: Filter): { all: boolean; parts: Filter[] } | undefined {
  const [operator, body] = Object.entries(filter)[0] ?? [];
  if (operator !== '$and' && operator !== '$or') return undefined;
  return { all: operator === '$and', parts: body as Filter[] };
}

/** Which audience or campaign a membership condition asks about. */
export function askedAbout({ body }: Leaf): string | undefined {
  const id = body.audience_id ?? body.campaign_id ?? body.value;
  return typeof id === 'string' ? spelledId(id) : undefined;
}
