import type { FastifyInstance } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import type { Exports } from '../../exports/index.ts';
import type { Imports } from '../../imports/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { UserError } from '../../platform/errors.ts';
import { serialize } from '../ortto/envelope.ts';
import { exportRoutes } from './exports.ts';
import { importRoutes } from './imports.ts';

/** What Ortto's wire has no word for, under `/api`: the same keys, the same errors. */
export function ownRoutes(
  app: FastifyInstance,
  o: { imports: Imports; exports: Exports; keys: KeyCache; clock: Clock },
): void {
  app.register(
    async (own) => {
      own.decorateRequest('workspaceId', 0);
      own.setReplySerializer(serialize);
      own.addHook('onRequest', async (request) => {
        const text = request.headers['x-api-key'];
        const key = typeof text === 'string' && text !== '' ? await o.keys.find(text) : undefined;
        if (!key) throw new UserError('unauthorized', text ? 'The X-Api-Key is not valid' : 'No X-Api-Key header', 401);
        request.workspaceId = key.workspaceId;
      });
      importRoutes(own, o);
      exportRoutes(own, o);
    },
    { prefix: '/api' },
  );
}
