const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** What is waited after the first, second, … refusal: often at first, as greylisting passes in minutes; three days in all. */
const waits = [
  10 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  24 * HOUR,
] as const;

/** A message is tried this often at most. */
export const TRIES_MAX = waits.length + 1;

/** When a message is tried again that has just been tried for the `attempts`th time; undefined when it is given up. */
export function nextTry(attempts: number, now: Date): Date | undefined {
  const wait = waits[attempts - 1];
  return wait === undefined ? undefined : new Date(now.getTime() + wait);
}
