import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isOfMail, unknownLink } from '../messages/index.ts';
import { isNotNow } from '../platform/database/not-now.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { bodiesInTime } from './bodies-in-time.ts';
import { closeInTime } from './closing.ts';
import { jsonParser, refuseCompressed } from './json-body.ts';
import { methodsIn } from './methods.ts';
import { refuseNoRequest } from './no-request.ts';
import { sendError } from './ortto/envelope.ts';
import { isOfPages, sendErrorPage, withoutSlashes } from './pages/error.ts';
import { refuseUnstorable } from './storable.ts';

/**
 * The HTTP server, with the one place where errors become answers. Of `proxies`, addresses and networks, it is believed
 * whose request they bring.
 */
export function createHttp(o: {
  log: Log;
  metrics: Metrics;
  proxies?: readonly string[];
  /** How long a body may take to come. */
  bodyMs?: number;
}): FastifyInstance {
  const trustProxy = o.proxies?.length ? [...o.proxies] : false;
  const app = Fastify({
    bodyLimit: 1024 * 1024,
    trustProxy,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseNoRequest,
    // Names of journeys have up to 255 letters, addresses 254.
    routerOptions: { maxParamLength: 1000 },
    rewriteUrl: ({ url = '' }) => withoutSlashes(url),
    // An address that can not be read. Readers of mail, whose programs damage links, are told so on a page.
    frameworkErrors: (error, request, reply) =>
      void (isOfMail(request.raw.url ?? '')
        ? unknownLink(request, reply)
        : refuse(request, reply, error.statusCode ?? 400, error.message)),
  });
  const methodsOf = methodsIn(app);
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(request.url);
    if (methods.length === 0) return refuse(request, reply, 404, `${request.method} ${request.url}: not found`);
    const words = `${request.method} ${request.url}: method not allowed, only ${methods.join(', ')}`;
    return refuse(request, reply.header('allow', methods.join(', ')), 405, words);
  });
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    if (error instanceof UserError) return refuse(request, reply, error.status, error.message);
    if (isNotNow(error)) {
      // In words: there may be hundreds a minute.
      o.log.warn({ why: messageOf(error), url: request.routeOptions.url }, 'the database is away: answered 503');
      return refuse(
        request,
        reply.header('retry-after', '1'),
        503,
        'The database is not available at the moment: try again',
      );
    }
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
      const type = request.headers['content-type'] ?? 'nothing';
      return sendError(reply, 415, `The body is ${type}: send it as application/json`);
    }
    // Fastify's own: a body too large, malformed JSON, a method that is not there.
    if (error.statusCode && error.statusCode < 500) return refuse(request, reply, error.statusCode, error.message);
    // Of the address only its pattern: there are secrets and people's addresses in the rest.
    o.log.error({ err: error, method: request.method, url: request.routeOptions.url }, messageOf(error));
    return refuse(request, reply, 500, 'Something went wrong on our side: the log has the details');
  });
  bodiesInTime(app, o.bodyMs);
  refuseUnstorable(app);
  refuseCompressed(app);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, jsonParser(app));
  closeInTime(app);
  app.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    };
    o.metrics.http.observe(labels, reply.elapsedTime / 1000);
    done();
  });
  return app;
}

/** In the envelope, or on a page where people look. */
const refuse = (request: FastifyRequest, reply: FastifyReply, status: number, words: string): FastifyReply =>
  isOfPages(request) ? sendErrorPage(reply, status, words) : sendError(reply, status, words);
