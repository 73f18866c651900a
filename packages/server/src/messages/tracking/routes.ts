import type { FastifyInstance } from 'fastify';
import { UserError } from '../../platform/errors.ts';
import { claimIn, durable, readerWaits, record, type TrackingOptions, touchOf } from './touching.ts';
import { LINKS, notNow, sendPixel, unknownLink } from './unknown.ts';
import { unsubscribeRoutes } from './unsubscribing.ts';

/** Where the links in e-mails lead: the open pixel, clicks, and unsubscribing. */
export function trackingRoutes(app: FastifyInstance, o: TrackingOptions): void {
  app.register(
    async (scope) => {
      scope.setNotFoundHandler(unknownLink);
      scope.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
        const status = error instanceof UserError ? error.status : error.statusCode;
        if (status && status < 500) return unknownLink(request, reply);
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

      unsubscribeRoutes(scope, o);
    },
    { prefix: LINKS },
  );
}
