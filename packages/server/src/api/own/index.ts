import type { FastifyInstance } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import type { Audiences } from '../../audiences/index.ts';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { ownAudienceRoutes } from './audiences.ts';
import { identityRoutes } from './identity.ts';
import { keyed } from './keyed.ts';

/** What Ortto's wire has no word for, under `/api`: the same keys, the same errors. */
export function ownRoutes(
  app: FastifyInstance,
  o: { db: Db; people: People; audiences: Audiences; keys: KeyCache },
): void {
  app.register(
    async (own) => {
      keyed(own, o.keys);
      identityRoutes(own, o);
      ownAudienceRoutes(own, o);
    },
    { prefix: '/api' },
  );
}
