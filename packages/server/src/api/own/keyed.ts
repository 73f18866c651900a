import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import { UserError } from '../../platform/errors.ts';
import { serialize } from '../ortto/envelope.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the key that came with the request is called: who asked, as it is told later. */
    keyName: string;
  }
}

/** Who asks, as it is told later. */
export const byOf = ({ keyName }: Pick<FastifyRequest, 'keyName'>): string => `API key “${keyName}”`;

/** Lets in whoever brings a key, and notes whose it is; answers are written as on Ortto's wire. */
export function keyed(scope: FastifyInstance, keys: KeyCache): void {
  scope.decorateRequest('workspaceId', 0);
  scope.decorateRequest('keyId', 0);
  scope.decorateRequest('keyName', '');
  scope.setReplySerializer(serialize);
  scope.addHook('onRequest', async (request) => {
    const text = request.headers['x-api-key'];
    const key = typeof text === 'string' && text !== '' ? await keys.find(text) : undefined;
    if (!key) throw new UserError('unauthorized', text ? 'The X-Api-Key is not valid' : 'No X-Api-Key header', 401);
    request.workspaceId = key.workspaceId;
    request.keyId = key.id;
    request.keyName = key.name;
  });
}
