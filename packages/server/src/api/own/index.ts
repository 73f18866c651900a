import type { FastifyInstance } from 'fastify';
import type { KeyCache } from '../../access/index.ts';
import type { Audiences } from '../../audiences/index.ts';
import type { Exports } from '../../exports/index.ts';
import type { Imports } from '../../imports/index.ts';
import type { Entries, Journeys } from '../../journeys/index.ts';
import type { Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import { ownAudienceRoutes } from './audiences.ts';
import { explainRoutes } from './explain.ts';
import { exportRoutes } from './exports.ts';
import { identityRoutes } from './identity.ts';
import { importRoutes } from './imports.ts';
import { journeyEntryRoutes } from './journey-entries.ts';
import { journeyRoutes } from './journeys.ts';
import { keyed } from './keyed.ts';
import { receivedRoutes } from './received.ts';
import { sendingRoutes } from './sending.ts';
import { simulationRoutes } from './simulations.ts';

/** What Ortto's wire has no word for, under `/api`: the same keys, the same errors. */
export function ownRoutes(
  app: FastifyInstance,
  o: {
    db: Db;
    people: People;
    audiences: Audiences;
    entries: Entries;
    imports: Imports;
    exports: Exports;
    journeys: Journeys;
    messages: Messages;
    keys: KeyCache;
    clock: Clock;
  },
): void {
  app.register(
    async (own) => {
      keyed(own, o.keys);
      identityRoutes(own, o);
      importRoutes(own, o);
      exportRoutes(own, o);
      ownAudienceRoutes(own, o);
      sendingRoutes(own, o);
      receivedRoutes(own, o);
      journeyEntryRoutes(own, o);
      simulationRoutes(own, o);
      journeyRoutes(own, o);
      explainRoutes(own, o);
    },
    { prefix: '/api' },
  );
}
