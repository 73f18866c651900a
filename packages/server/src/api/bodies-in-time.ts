import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { sendError } from './ortto/envelope.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file of any size: it may take long, as long as more of it comes. */
    streams?: boolean;
  }
}

/** A body has a megabyte at most. */
const BODY_MS = 60_000;

/**
 * Bodies that are announced and do not come within `withinMs` are not waited for, whether or not the request is answered:
 * a stranger could hold as many connections as there may be. Files that stream are given up after so long a silence.
 */
export function bodiesInTime(app: FastifyInstance, withinMs = BODY_MS): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    if (isAnnounced(raw)) {
      if (request.routeOptions.config.streams) raw.socket.setTimeout(withinMs);
      else {
        const timer = setTimeout(() => {
          if (raw.complete) return;
          if (reply.sent) raw.destroy();
          else sendError(reply.header('connection', 'close'), 408, `The body did not come within ${withinMs / 1000} s`);
        }, withinMs).unref();
        for (const event of ['end', 'close']) raw.once(event, () => clearTimeout(timer));
      }
    }
    done();
  });
}

function isAnnounced({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
