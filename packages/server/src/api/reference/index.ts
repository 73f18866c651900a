import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { referenceLibrary } from './library.ts';
import { referencePage, start } from './page.ts';

/**
 * Nothing from elsewhere is loaded, asked or framed, whatever the library would like to. It writes styles into the page,
 * and shows answers as pictures and files.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * `GET /docs`: the API for people to read and to try, made in the browser from `/openapi.json`. No key is needed to
 * read; calls are made with the one that is put in.
 */
export function referenceRoutes(app: FastifyInstance): void {
  app.register(
    async (docs) => {
      docs.addHook('onRequest', async (_request, reply) => void reply.headers(headers));
      docs.get('', async (_request, reply) =>
        reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(referencePage),
      );
      docs.get('/start.js', async (_request, reply) =>
        reply.header('cache-control', 'no-cache').type('text/javascript; charset=utf-8').send(start),
      );
      docs.get('/reference.js', sendLibrary);
    },
    { prefix: '/docs' },
  );
}

async function sendLibrary(request: FastifyRequest, reply: FastifyReply) {
  const { etag, script, gzipped } = await referenceLibrary();
  // Asked about each time, since the next version has the same address; sent once.
  reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  reply.type('text/javascript; charset=utf-8');
  return /\bgzip\b/.test(String(request.headers['accept-encoding']))
    ? reply.header('content-encoding', 'gzip').send(gzipped)
    : reply.send(script);
}
