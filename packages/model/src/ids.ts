/**
 * Ids. Inside, a person, an account or an activity is a time-ordered 64-bit
 * integer, carried as a decimal string: 32 bits of unix seconds, then 31 bits
 * of a sequence. Outside it is the 24 hex digits that Ortto's clients expect:
 * one kind byte, four bytes of unix seconds, six bytes, one byte (recorded
 * responses, November 2025). One is computed from the other; there is no look-up.
 */
export type IdKind = 'person' | 'account' | 'activity' | 'run' | 'message' | 'merge';

const kindByte: Record<IdKind, string> = {
  person: '00',
  account: '10',
  activity: '00',
  run: '10',
  message: '50',
  merge: '20',
};
const SEQUENCE_BITS = 31n;
const SEQUENCE_MASK = (1n << SEQUENCE_BITS) - 1n;

/** "No id" on Ortto's wire. */
export const NO_ID = '0'.repeat(24);

/** The id as Ortto's clients see it. */
export function publicId(id: string, kind: IdKind = 'person'): string {
  const value = BigInt(id);
  const seconds = (value >> SEQUENCE_BITS).toString(16).padStart(8, '0');
  const rest = (value & SEQUENCE_MASK).toString(16).padStart(12, '0');
  return `${kindByte[kind]}${seconds}${rest}00`;
}

/** The integer behind a public id, in small letters or capitals, or undefined when it is not one of that kind. */
export function internalId(hex: string, kind: IdKind = 'person'): string | undefined {
  if (!isHex(hex) || !hex.startsWith(kindByte[kind]) || !hex.endsWith('00')) return undefined;
  const rest = BigInt(`0x${hex.slice(10, 22)}`);
  if (rest > SEQUENCE_MASK) return undefined;
  return ((BigInt(`0x${hex.slice(2, 10)}`) << SEQUENCE_BITS) | rest).toString();
}

/** The id whose moment is `at` and whose place in the sequence is `sequence`. */
export function idAt(at: Date, sequence: bigint): string {
  return ((BigInt(Math.floor(at.getTime() / 1000)) << SEQUENCE_BITS) | (sequence & SEQUENCE_MASK)).toString();
}

/** The id of something numbered from 1, such as a journey: like an ObjectId, seconds first. */
export function objectId(createdAt: Date, number: number): string {
  const seconds = Math.floor(createdAt.getTime() / 1000);
  return seconds.toString(16).padStart(8, '0') + number.toString(16).padStart(16, '0');
}

/** The number in such an id, or undefined when it can not be one; when it was made is not compared. */
export function objectNumber(hex: string): number | undefined {
  const number = isHex(hex) ? Number.parseInt(hex.slice(8), 16) : 0;
  return number > 0 && number < 2 ** 31 ? number : undefined;
}

/** An id in small letters, as it is told; another text as it is. */
export function spelledId(text: string): string {
  return isHex(text) ? text.toLowerCase() : text;
}

const isHex = (text: string): boolean => /^[0-9a-f]{24}$/i.test(text);
