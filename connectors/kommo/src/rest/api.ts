import { type HttpResponse, NeedsReconnect, RetryLater, readJson, type Tools } from '@tributary/connector-kit';
import type { KommoSettings } from '../settings.ts';
import { type BatchSize, createBatchSize } from './batch-size.ts';
import { createGate, type Gate } from './gate.ts';
import { createLimiter, type Lane, type Limiter } from './limiter.ts';
import { detailOf } from './problem.ts';

/** An answer that the caller decides about: done, or refused for what was in it. */
export interface Answer {
  ok: boolean;
  status: number;
  /** The JSON of the answer, undefined when it had none. */
  body: unknown;
}

/** Kommo's proxy gave up waiting, or we did. Whether the work was done is not known; a smaller batch may get through (Kommo, "Limitations"). */
export class TooSlow extends RetryLater {
  override name = 'TooSlow';
}

export interface Api {
  /** How many rows to ask for at once. */
  readonly rows: BatchSize;
  /** The JSON of an answer, or undefined where there is nothing: 204 for empty lists, 204 or 404 for ids, any of `also`. */
  get(path: string, also?: readonly number[]): Promise<unknown>;
  /** A write. Statuses in `also` are answered instead of thrown. */
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: unknown, also?: readonly number[]): Promise<Answer>;
}

/** What the requests of a session go through. */
export interface Line {
  settings: KommoSettings;
  tools: Tools;
  limiter: Limiter;
  gate: Gate;
}

const limiters = new Map<string, Limiter>();

/**
 * Sessions of one account share its limiter: trying new settings and the
 * session that follows, or goes on beside, are one sender to Kommo.
 */
export function openLine(settings: KommoSettings, tools: Tools): Line {
  const limiter = limiters.get(settings.url) ?? createLimiter();
  limiters.set(settings.url, limiter);
  return { settings, tools, limiter, gate: createGate() };
}

/** What one request takes at most, and what every account answers in time (Kommo, "Limitations"). */
const rowsAtOnce = { most: 250, least: 10 };

/** Refused for what was asked, not for when: the caller says which item and why. */
const refusals = [400, 404, 405, 415, 422];
const blockedFor = 5 * 60;
const unpaidFor = 60 * 60;

/**
 * Kommo's REST v4 at the account's own address. Knows what its statuses mean
 * for any request; what a 400 means for an item is the caller's to say.
 */
export function createApi({ settings, tools, limiter, gate }: Line, lane: Lane): Api {
  const later = (message: string, inSeconds: number, applied: 'no' | 'unknown') =>
    new RetryLater(message, { notBefore: new Date(tools.now().getTime() + inSeconds * 1000), applied });

  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<HttpResponse> {
    const shutFor = gate.shutFor();
    if (shutFor > 0) throw later(gate.why(), shutFor, 'no');
    const headers = {
      authorization: `Bearer ${settings.token}`,
      accept: 'application/hal+json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const url = `${settings.url}/api/v4${path}`;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return await limiter.run(lane, () => tools.http({ method, url, headers, ...text }));
  }

  /** Throws for what concerns the whole connection, whatever was asked. */
  function judge(response: HttpResponse, applied: 'no' | 'unknown', also: readonly number[]): void {
    const { status } = response;
    if ((status >= 200 && status < 300) || also.includes(status)) return;
    if (status === 401)
      throw new NeedsReconnect('Kommo does not accept the token (401): it was revoked or has run out.');
    if (status >= 300 && status < 400) {
      // The token never follows to another address; a renamed account is the usual reason.
      throw new NeedsReconnect(
        `Kommo is not at ${settings.url} any more (${status}): the account may have been renamed.`,
      );
    }
    if (status === 429) throw gate.shut('Kommo asked for a pause (429)', retryAfter(response) ?? 2, later);
    if (status === 403 && !isJson(response)) throw gate.shut('Kommo has blocked this address (403)', blockedFor, later);
    if (status === 403)
      throw later(
        `Kommo refuses: ${detailOf(response.body) ?? 'no rights'} (403). The token has to be one of an administrator, with access to the account's data.`,
        blockedFor,
        'no',
      );
    if (status === 402)
      throw later(
        'The Kommo subscription has run out (402): nothing can be read or written until it is paid.',
        unpaidFor,
        'no',
      );
    if (status === 504) throw new TooSlow('Kommo took too long (504).', { applied });
    if (status >= 500) throw new RetryLater(`Kommo failed (${status}).`, { applied });
    throw new Error(`Kommo answered ${status} to a request: ${detailOf(response.body) ?? response.body.slice(0, 200)}`);
  }

  return {
    rows: createBatchSize(rowsAtOnce),
    async get(path, also = []) {
      try {
        const response = await call('GET', path);
        judge(response, 'no', [404, ...also]);
        if ([204, 404, ...also].includes(response.status)) return undefined;
        return jsonOf(response, 'no');
      } catch (error) {
        // A read changes nothing: when its answer is lost, nothing was done. It may have been too much for the time we wait.
        if (!(error instanceof RetryLater) || error.applied === 'no') throw error;
        const { message, notBefore } = error;
        throw new TooSlow(message, { applied: 'no', cause: error, ...(notBefore ? { notBefore } : {}) });
      }
    },
    async send(method, path, body, also = []) {
      const response = await call(method, path, body);
      judge(response, 'unknown', [...refusals, ...also]);
      const ok = response.status >= 200 && response.status < 300;
      return { ok, status: response.status, body: ok ? jsonOf(response, 'unknown') : readJson(response.body) };
    },
  };
}

/** What stands before Kommo answers in HTML, so a 200 that is not JSON does not come from Kommo itself. */
function jsonOf(response: HttpResponse, applied: 'no' | 'unknown'): unknown {
  if (response.body === '') return undefined;
  const body = readJson(response.body);
  if (body === undefined)
    throw new RetryLater(`Kommo answered ${response.status} with something else than JSON.`, { applied });
  return body;
}

function isJson(response: HttpResponse): boolean {
  return /\bjson\b/i.test(response.headers['content-type'] ?? '');
}

/** Kommo does not document `Retry-After`; where a proxy sends it in seconds, it is kept, within reason. */
function retryAfter(response: HttpResponse): number | undefined {
  const given = Number(response.headers['retry-after']);
  return Number.isInteger(given) && given > 0 ? Math.min(given, blockedFor) : undefined;
}
