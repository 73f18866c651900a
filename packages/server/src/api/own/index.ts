import type { FastifyInstance } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import type { Audiences } from '../../audiences/index.ts';
import { ownAudienceRoutes } from './audiences.ts';
import { keyed } from './keyed.ts';

/** What Ortto's wire has no word for, under `/api`: the same keys, the same errors. */
export function ownRoutes(app: FastifyInstance, o: { audiences: Audiences; keys: KeyCache }): void {
  app.register(
    async (own) => {
      keyed(own, o.keys);
      ownAudienceRoutes(own, o);
    },
    { prefix: '/api' },
  );
}
