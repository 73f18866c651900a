import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { pageHeaders } from '../../platform/page.ts';
import type { PatientWriter } from '../patient-writer.ts';
import { notYetPage, unsubscribedPage, unsubscribePage } from './pages.ts';
import type { Touch } from './record.ts';
import type { Recorded } from './recorder.ts';
import type { Secrets } from './secrets.ts';
import { type Claim, type Purpose, proven, readToken } from './token.ts';
import { LINKS, notNow, sendPixel, unknownLink } from './unknown.ts';

/**
 * Readers do not wait longer for our database: they get their picture or their
 * page, and the touch, kept in memory, is recorded when the database is back.
 */
const READER_WAITS_MS = 2000;
const UNSUBSCRIBE_WAITS_MS = 8000;
/** Touches kept while the database is away; more are logged and let go. */
const KEPT_MAX = 10_000;
const BODY_MAX = 10_000;

export interface TrackingOptions {
  recorder: PatientWriter<Touch, Recorded>;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** How e-mails name their sender. */
  sender: string;
}

type Of<P extends Purpose> = Extract<Claim, { purpose: P }>;

/** Where the links in e-mails lead: the open pixel, clicks, and unsubscribing. */
export function trackingRoutes(app: FastifyInstance, o: TrackingOptions): void {
  app.register(
    async (scope) => {
      scope.setNotFoundHandler(unknownLink);
      scope.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
        if (error.statusCode && error.statusCode < 500) return unknownLink(request, reply);
        o.log.error({ err: error, url: request.routeOptions.url }, 'a reader of a mail could not be answered');
        return notNow(request, reply);
      });

      // A wildcard, as a click's token holds a whole URL, longer than a parameter may be.
      scope.get<{ Params: { '*': string } }>('/o/*', async (request, reply) => {
        const claim = await claimIn(o, request.params['*'].replace(/\.gif$/, ''), 'open');
        if (!claim) return unknownLink(request, reply);
        await durable(record(o, touchOf(o, request, claim)), readerWaits(o));
        return sendPixel(reply);
      });

      scope.get<{ Params: { '*': string } }>('/c/*', async (request, reply) => {
        const claim = await claimIn(o, request.params['*'], 'click');
        if (!claim || !/^https?:\/\//i.test(claim.url)) return unknownLink(request, reply);
        const touch = { ...touchOf(o, request, claim), url: claim.url, link: claim.link };
        await durable(record(o, touch), readerWaits(o));
        const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' };
        return reply.headers(headers).redirect(new URL(claim.url).href, 302);
      });

      scope.get<{ Params: { '*': string } }>('/u/*', async (request, reply) => {
        const claim = await claimIn(o, request.params['*'], 'unsubscribe');
        if (!claim) return unknownLink(request, reply);
        return reply.headers(pageHeaders).send(unsubscribePage(o.sender));
      });

      // One click comes as a form or as multipart (RFC 8058 3.2): whatever it is, it is short, and read as text.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_MAX }, (_request, body, done) =>
        done(null, body),
      );

      scope.post<{ Params: { '*': string }; Body: string | undefined }>('/u/*', async (request, reply) => {
        const claim = await claimIn(o, request.params['*'], 'unsubscribe');
        if (!claim) return unknownLink(request, reply);
        const fromPage = /(?:^|&)from=page(?:&|$)/.test(request.body ?? '');
        const context = fromPage ? 'Unsubscribe page' : 'One-click unsubscribe';
        const written = await durable(record(o, { ...touchOf(o, request, claim), context }), UNSUBSCRIBE_WAITS_MS);
        if (written === 'unknown') return unknownLink(request, reply);
        if (!written) {
          reply.code(503).header('retry-after', '60');
          return fromPage ? reply.headers(pageHeaders).send(notYetPage()) : reply.send('not saved yet: try again\n');
        }
        return fromPage ? reply.headers(pageHeaders).send(unsubscribedPage(o.sender)) : reply.send('unsubscribed\n');
      });
    },
    { prefix: LINKS },
  );
}

const readerWaits = (o: TrackingOptions): number => (o.recorder.away ? 0 : READER_WAITS_MS);

/** What a token says, if it is ours. */
async function claimIn<P extends Purpose>(o: TrackingOptions, token: string, purpose: P): Promise<Of<P> | undefined> {
  const unproven = readToken(token, purpose);
  const secret = unproven && (await o.secrets.get(unproven.workspaceId));
  return secret && (proven(unproven, secret) as Of<P> | undefined);
}

function touchOf(o: TrackingOptions, request: FastifyRequest, claim: Claim): Touch {
  const { headers } = request;
  const purpose = headers['sec-purpose'] ?? headers.purpose ?? headers['x-purpose'] ?? headers['x-moz'];
  return {
    id: randomUUID(),
    did: claim.purpose,
    workspaceId: claim.workspaceId,
    messageId: claim.messageId,
    at: o.clock.now(),
    method: request.method,
    userAgent: headers['user-agent'],
    purpose: purpose?.toString(),
  };
}

/** Recorded, or undefined when it was let go: too much is kept already, or the database refuses it. */
async function record(o: TrackingOptions, touch: Touch): Promise<Recorded | undefined> {
  if (touch.did !== 'unsubscribe' && o.recorder.pending >= KEPT_MAX) {
    o.log.error(
      { did: touch.did, message: touch.messageId },
      'not recorded: the database is away, and too much is kept already',
    );
    return undefined;
  }
  try {
    return await o.recorder.add(touch);
  } catch (error) {
    o.log.error({ err: error, did: touch.did, message: touch.messageId }, 'what a reader did could not be recorded');
    return undefined;
  }
}

/** What it comes to, or undefined when that takes longer than a reader should wait. */
async function durable<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const result = await Promise.race([work, late]);
  clearTimeout(timer);
  return result;
}
