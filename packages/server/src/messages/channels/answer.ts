import type { WebOutcome } from './web.ts';

/** What an answer to a webhook means: it was taken; or not, and whether and when it is worth trying again. */
export type Judged =
  | { did: 'sent'; response: string }
  | { did: 'refused'; forGood: boolean; response: string; notBefore?: Date };

/** Statuses below 500 that time may change: a time-out, a conflict, a lock, too early, too many. */
const AGAIN = new Set([408, 409, 423, 425, 429]);

const WORDS_MAX = 200;
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Ortto tries again but after 400, 401, 403, 404 and 405 (a survey of its API); we do not after any other 4xx either,
 * for the same request is refused again, but for those that say it is a matter of time. A redirect is an address that
 * is wrong: followed, it would carry headers and body to wherever it points.
 */
export function judgeAnswer(answer: WebOutcome & { did: 'answered' }, now: Date): Judged {
  const { status } = answer;
  if (status >= 200 && status < 300) return { did: 'sent', response: `answered ${status}` };
  if (status >= 300 && status < 400) {
    const { location } = answer;
    const to = location === undefined ? '' : ` to ${location.slice(0, WORDS_MAX)}`;
    return { did: 'refused', forGood: true, response: `answered ${status}: it leads on${to}, which is not followed` };
  }
  const words = answer.body.replace(/\s+/g, ' ').trim().slice(0, WORDS_MAX);
  const response = `answered ${status}${words === '' ? '' : `: ${words}`}`;
  if (status < 500 && !AGAIN.has(status)) return { did: 'refused', forGood: true, response };
  const notBefore = retryAfter(answer.retryAfter, now);
  return { did: 'refused', forGood: false, response, ...(notBefore ? { notBefore } : {}) };
}

/** A number of seconds, or a date (RFC 9110 10.2.3). Nobody makes us wait longer than a day. */
function retryAfter(told: string | undefined, now: Date): Date | undefined {
  if (told === undefined) return undefined;
  const at = /^\d{1,9}$/.test(told.trim()) ? now.getTime() + Number(told) * 1000 : Date.parse(told);
  return Number.isNaN(at) ? undefined : new Date(Math.min(at, now.getTime() + LONGEST_WAIT_MS));
}
