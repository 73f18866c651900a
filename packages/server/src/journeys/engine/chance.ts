import { createHash } from 'node:crypto';

/** A number from 0 to 1, 1 not included, that looks like chance and is always the same for the same parts. */
export function chance(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join(':')).digest().readUInt32BE(0) / 2 ** 32;
}

/** The part in which a point of the whole lies, the whole being laid out by shares. */
export function partAt<Part extends { share: number }>(parts: readonly Part[], point: number): Part {
  const whole = parts.reduce((sum, { share }) => sum + share, 0);
  let end = 0;
  for (const part of parts) {
    end += part.share / whole;
    if (point < end) return part;
  }
  // The sum of fractions may fall short of 1 by a hair.
  return parts.findLast(({ share }) => share > 0) ?? parts[0]!;
}

/** The part that is furthest behind its share, counted as if the next one came to it. */
export function partBehind<Part extends { name: string; share: number }>(
  parts: readonly Part[],
  counts: ReadonlyMap<string, number>,
): Part {
  const lag = ({ name, share }: Part): number => ((counts.get(name) ?? 0) + 1) / (share || Number.MIN_VALUE);
  return parts.reduce((most, part) => (lag(part) < lag(most) ? part : most));
}
