import { type IdKind, internalId } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import type { Called } from './call.ts';

/**
 * The integers behind ids from outside; one that belongs to nobody here is left out. What can not be an id at all is
 * refused in the words recorded from Ortto, which count the quotes.
 */
export function idsOf(request: Called, given: readonly string[], kind: IdKind = 'person'): string[] {
  return given.flatMap((text) => internalId(checkedId(request, text), kind) ?? []);
}

/** A text that can be an id, whoever it may belong to. */
export function checkedId(request: Called, text: string): string {
  const length = Buffer.byteLength(JSON.stringify(text));
  if (length === 12 + 2 || length === 24 + 2) return text;
  throw new UserError(
    'bad_request',
    `${request.instance}: Failed to parse request cannot unmarshal into an ID, the length must be 12 or 24 + 2 for hex but it is ${length}: Object not found`,
  );
}
