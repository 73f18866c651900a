import type { FastifyInstance } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { identityRoutes } from './identity.ts';

const BODY_MAX = 2 * 1024 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** What the key that came with the request is called: who asked, as it is told later. */
    keyName: string;
  }
}

/** What Ortto's wire has no words for, under `/api`: the same keys, the same errors. */
export function ownRoutes(app: FastifyInstance, o: { db: Db; people: People; keys: KeyCache }): void {
  app.register(
    async (api) => {
      api.decorateRequest('workspaceId', 0);
      api.decorateRequest('keyName', '');
      api.addHook('onRoute', (route) => {
        route.bodyLimit = BODY_MAX;
      });
      api.addHook('onRequest', async (request) => {
        const text = request.headers['x-api-key'];
        const key = typeof text === 'string' && text !== '' ? await o.keys.find(text) : undefined;
        if (!key) throw new UserError('unauthorized', text ? 'The X-Api-Key is not valid' : 'No X-Api-Key header', 401);
        request.workspaceId = key.workspaceId;
        request.keyName = key.name;
      });
      identityRoutes(api, o);
    },
    { prefix: '/api' },
  );
}
