import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { methodsIn } from '../methods.ts';
import { JSON_TYPE, sendError, serialize } from './envelope.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** As on every recording. */
const METHODS = 'GET, POST, PUT, DELETE, OPTIONS';

/** What goes with every answer on Ortto's wire (recorded); `X-Version` is ours. */
const common = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': METHODS,
  'x-version': `tributary-${version}`,
} as const;

/** What a browser asks before it calls from another page: for that no key is needed, as it can not send one. */
const preflight = {
  'access-control-allow-headers': 'Content-Type, X-Api-Key',
  'access-control-max-age': '86400',
} as const;

/**
 * The headers of every answer, the answer to `OPTIONS`, and to what is not there: 405 where the path is one of this
 * scope and only the method is wrong, else 404. To be called before the scope has any route.
 */
export function headersAndMethods(scope: FastifyInstance): void {
  scope.options('/*', async (_request, reply) => reply.code(204).headers(preflight).send());
  const methodsOf = methodsIn(scope);
  scope.addHook('onSend', async (_request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith(JSON_TYPE)) reply.header('content-type', JSON_TYPE);
    reply.headers(common);
    if (!reply.hasHeader('allow')) reply.header('allow', METHODS);
  });
  scope.setNotFoundHandler((request, reply) => {
    // What is not found knows nothing of the scope's serializer.
    reply.type(JSON_TYPE).serializer(serialize);
    const there = methodsOf(request.url);
    if (there.length === 0) return sendError(reply, 404, `${request.method} ${request.url}: not found`);
    reply.header('allow', [...there, 'OPTIONS'].join(', '));
    return sendError(reply, 405, `${request.method} ${request.url}: method not allowed`);
  });
}
