import { type IdKind, internalId } from '@tributary/model';

/** The row meant by an id as the API tells it, or by the row's own number; undefined for what is neither. */
export function idFrom(text: string | undefined, kind: IdKind): string | undefined {
  if (text === undefined) return undefined;
  const isNumber = /^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n;
  return isNumber ? text : internalId(text, kind);
}
