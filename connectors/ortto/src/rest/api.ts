import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpResponse, NeedsReconnect, RetryLater, readJson, type Tools } from '@tributary/connector-kit';
import { z } from 'zod';
import type { OrttoSettings } from '../settings.ts';

/** An answer that the caller decides about: done, or refused for what was in it. */
export interface Answer {
  ok: boolean;
  status: number;
  /** The JSON of the answer, undefined when it had none. */
  body: unknown;
}

export interface Api {
  /** Reading and writing are both POST, with a body (Ortto help, "API"). Throws for what is not about the body. */
  post(path: string, body: object): Promise<Answer>;
}

/** What of a 429 says when to come back (Ortto help, a-235). No Retry-After was ever recorded. */
const pause = z.object({ error: z.object({ 'try-in-seconds': z.coerce.number().positive() }) });
const pauseSeconds = 10;
const pauseMost = 600;
const unpaidFor = 60 * 60;
/** 15 bad requests within 15 seconds get the address banned (Ortto help, a-235): one a second is fewer. */
const betweenRefusals = 1_050;

/** Ortto's HTTP API at the account's address: knows what its statuses mean for any request. */
export function createApi(
  { url, key }: OrttoSettings,
  tools: Tools,
  clock: () => number = () => performance.now(),
): Api {
  let notBefore = Number.NEGATIVE_INFINITY;
  const later = (message: string, inSeconds: number, applied: 'no' | 'unknown') =>
    new RetryLater(message, { notBefore: new Date(tools.now().getTime() + inSeconds * 1000), applied });

  /** Throws for what concerns the whole connection, whatever was asked. */
  function judge({ status, body }: HttpResponse): void {
    if (status >= 200 && status < 300) return;
    if (status >= 300 && status < 400)
      // The key never follows to another address.
      throw new NeedsReconnect(`There is no Ortto at ${url} (${status}): the address leads elsewhere.`);
    if (status === 401 || status === 403)
      throw new NeedsReconnect(
        `Ortto does not accept the key (${status}): ${wordsOf(body) ?? 'it was revoked, or is of another region'}.`,
      );
    if (status === 404 || status === 405) throw new NeedsReconnect(`There is no Ortto at ${url} (${status}).`);
    if (status === 402) throw later('The Ortto subscription has run out (402).', unpaidFor, 'no');
    if (status === 429) throw later('Ortto asked for a pause (429).', pauseOf(body), 'no');
    if (status === 408 || status >= 500) throw new RetryLater(`Ortto failed (${status}).`, { applied: 'unknown' });
  }

  return {
    async post(path, body) {
      if (notBefore > clock()) await sleep(Math.ceil(notBefore - clock()));
      const headers = { 'x-api-key': key, 'content-type': 'application/json', accept: 'application/json' };
      const response = await tools.http({
        method: 'POST',
        url: `${url}/v1${path}`,
        headers,
        body: JSON.stringify(body),
      });
      judge(response);
      const ok = response.status >= 200 && response.status < 300;
      if (!ok) notBefore = clock() + betweenRefusals;
      const read = readJson(response.body);
      // What stands before Ortto answers with pages, so that a 200 that is not JSON does not come from Ortto.
      if (ok && read === undefined)
        throw new RetryLater(`Ortto answered ${response.status} with something else than JSON.`, {
          applied: 'unknown',
        });
      return { ok, status: response.status, body: read };
    },
  };
}

function pauseOf(body: string): number {
  const read = pause.safeParse(readJson(body));
  return Math.min(read.success ? read.data.error['try-in-seconds'] : pauseSeconds, pauseMost);
}

const problem = z.object({ error: z.string() });

/** The words of an error (recorded envelope), or undefined where it has none. */
export function wordsOf(body: unknown): string | undefined {
  const read = problem.safeParse(typeof body === 'string' ? readJson(body) : body);
  return read.success && read.data.error !== '' ? read.data.error : undefined;
}
