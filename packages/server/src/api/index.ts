import type { FastifyInstance } from 'fastify';
import type { KeyCache, Workspace } from '../access/index.ts';
import type { Audiences } from '../audiences/index.ts';
import type { Connectors } from '../connectors/index.ts';
import type { Exports } from '../exports/index.ts';
import type { Imports } from '../imports/index.ts';
import type { Journeys } from '../journeys/index.ts';
import type { Mailbox, Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database/pool.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { unlessAtThisMachine } from './at-this-machine.ts';
import { healthRoutes } from './health.ts';
import { limitRequests, type RequestLimits } from './limits.ts';
import { openapiRoute } from './openapi.ts';
import { orttoRoutes } from './ortto/index.ts';
import { ownRoutes } from './own/index.ts';
import { keyNeeded, pageRoutes } from './pages/index.ts';
import { referenceRoutes } from './reference/index.ts';
import { schemaRoutes } from './schemas.ts';

export { createHttp } from './http.ts';
export { openapi } from './openapi.ts';

/** Everything that answers over HTTP. */
export function routes(
  app: FastifyInstance,
  o: {
    db: Db;
    workspace: Workspace;
    keys: KeyCache;
    clock: Clock;
    log: Log;
    metrics: Metrics;
    people: People;
    imports: Imports;
    exports: Exports;
    audiences: Audiences;
    messages: Messages;
    journeys: Journeys;
    connectors: Connectors;
    mailbox: Mailbox | undefined;
    limits: RequestLimits;
    /** The pages about people need no key. */
    look: boolean;
    /** Only this machine can reach us: who asks from it, and not through a proxy, needs no key for the built-in mailbox. */
    local: boolean;
  },
): void {
  healthRoutes(app, o);
  const { entries } = o.journeys;
  app.register(async (limited) => {
    await limitRequests(limited, o);
    orttoRoutes(limited, { ...o, entries });
    ownRoutes(limited, { ...o, entries });
  });
  openapiRoute(app);
  referenceRoutes(app);
  schemaRoutes(app);
  o.connectors.routes(app);
  o.messages.routes(app);
  const { mailbox } = o;
  if (mailbox) {
    app.register(async (scope) => {
      const needed = keyNeeded(o.keys);
      scope.addHook('onRequest', o.local ? unlessAtThisMachine(needed) : needed);
      mailbox.routes(scope);
    });
  }
  pageRoutes(app, o);
}
