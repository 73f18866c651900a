import type { LaneName } from '../types.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** What is waited after the first, second, … try that came to nothing. */
const waits: Readonly<Record<LaneName, readonly number[]>> = {
  /** Often at first, as greylisting passes in minutes; three days in all. */
  mail: [10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR],
  /** Up to twelve tries, after five minutes at first and a day at last, as Ortto's (a survey of its API). */
  web: [
    5 * MINUTE,
    10 * MINUTE,
    20 * MINUTE,
    40 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    12 * HOUR,
    24 * HOUR,
    24 * HOUR,
  ],
};

/** A mail is tried this often at most. */
export const MAIL_TRIES_MAX = waits.mail.length + 1;

/** When a message is tried again that has just been tried for the `attempts`th time; undefined when it is given up. */
export function nextTry(lane: LaneName, attempts: number, now: Date): Date | undefined {
  const wait = waits[lane][attempts - 1];
  return wait === undefined ? undefined : new Date(now.getTime() + wait);
}
