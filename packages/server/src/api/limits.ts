import { isIP } from 'node:net';
import rateLimit, { normalizeIP, type RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../platform/metrics.ts';
import type { Rate } from '../platform/rate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The number of the key that came with the request; 0 where none has been looked at. */
    keyId: number;
  }
}

/** How much is taken; nothing of a kind that has no rates is ever refused. What Ortto allows: docs/ortto-wire.md. */
export interface RequestLimits {
  perKey: readonly Rate[];
  perAddress: readonly Rate[];
  /** So many answers of 400 in so many seconds, and nothing is taken from the address for as many seconds. */
  badRequests: readonly Rate[];
  /** The same of 401. */
  badKeys: readonly Rate[];
}

type Limit = 'key' | 'address' | 'bad_requests' | 'bad_keys';
type Counting = ReturnType<FastifyInstance['createRateLimit']>;

/** Of so many addresses the requests are counted; of more, those that were not heard of longest are forgotten. */
const REMEMBERED = 20_000;
/** A proxy that is believed may say anything; what is no address is one and the same. */
const NO_ADDRESS = 'none';

/**
 * Refuses what is too much, in Ortto's words (Ortto help, a-235), before a body
 * is read: an address before its key is looked up, a key once it is known. Counted
 * in the memory of this process. To be called, and awaited, before the scope has any route.
 */
export async function limitRequests(
  scope: FastifyInstance,
  { limits, metrics }: { limits: RequestLimits; metrics: Metrics },
): Promise<void> {
  if (Object.values(limits).every((rates: readonly Rate[]) => rates.length === 0)) return;
  await scope.register(rateLimit, { global: false });
  const keyGenerator = ({ ip }: FastifyRequest): string => (isIP(ip) ? normalizeIP(ip) : NO_ADDRESS);
  const counting = (rates: readonly Rate[], more: RateLimitOptions): Counting[] =>
    rates.map(({ count, seconds }) => {
      const options: RateLimitOptions = {
        max: count,
        timeWindow: seconds * 1000,
        cache: REMEMBERED,
        keyGenerator,
        ...more,
      };
      return scope.createRateLimit(options);
    });
  const banning = (rates: readonly Rate[]): Counting[] =>
    // The last one that is let pass begins the ban, and so the time anew.
    rates.flatMap((rate) => counting([{ ...rate, count: rate.count - 1 }], { continueExceeding: true }));
  const byKey = counting(limits.perKey, { keyGenerator: (request) => String(request.keyId) });
  const byAddress = counting(limits.perAddress, {});
  const bans = { bad_requests: banning(limits.badRequests), bad_keys: banning(limits.badKeys) } as const;

  const refuse = (reply: FastifyReply, limit: Limit, seconds: number) => {
    metrics.requestsRefused.inc({ limit });
    return reply
      .code(429)
      .header('retry-after', String(seconds))
      .send({ error: { code: 'rate-limit', message: 'rate limit', 'try-in-seconds': seconds } });
  };

  scope.addHook('onRequest', async (request, reply) => {
    for (const limit of ['bad_requests', 'bad_keys'] as const) {
      const banned = await waitOf(bans[limit], request, { increment: false });
      if (banned > 0) return refuse(reply, limit, banned);
    }
    const wait = await waitOf(byAddress, request);
    if (wait > 0) return refuse(reply, 'address', wait);
  });
  // The scopes within have looked at the key by then, and the body has not been read.
  scope.addHook('preParsing', async (request, reply, payload) => {
    const wait = request.keyId ? await waitOf(byKey, request) : 0;
    return wait > 0 ? refuse(reply, 'key', wait) : payload;
  });
  scope.addHook('onSend', async (request, reply) => {
    if (reply.statusCode === 400) await waitOf(bans.bad_requests, request);
    if (reply.statusCode === 401) await waitOf(bans.bad_keys, request);
  });
}

/** Counts a request, unless it says not to; in how many seconds such a one is taken again, 0 where it is now. */
async function waitOf(
  countings: readonly Counting[],
  request: FastifyRequest,
  how?: { increment: false },
): Promise<number> {
  let wait = 0;
  for (const count of countings) {
    const counted = await count(request, how);
    if (!counted.isAllowed && counted.isExceeded) wait = Math.max(wait, counted.ttlInSeconds, 1);
  }
  return wait;
}
