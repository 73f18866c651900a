import type { FastifyInstance } from 'fastify';
import type { KeyCache, Workspace } from '../access/index.ts';
import type { Connectors } from '../connectors/index.ts';
import type { Journeys } from '../journeys/index.ts';
import type { Mailbox, Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database/pool.ts';
import type { Metrics } from '../platform/metrics.ts';
import { healthRoutes } from './health.ts';
import { orttoRoutes } from './ortto/index.ts';
import { pageRoutes } from './pages/index.ts';

export { createHttp } from './http.ts';

/** Everything that answers over HTTP. */
export function routes(
  app: FastifyInstance,
  o: {
    db: Db;
    workspace: Workspace;
    keys: KeyCache;
    clock: Clock;
    metrics: Metrics;
    people: People;
    messages: Messages;
    journeys: Journeys;
    connectors: Connectors;
    mailbox: Mailbox | undefined;
    /** The pages about people need no key. */
    look: boolean;
  },
): void {
  healthRoutes(app, o);
  orttoRoutes(app, o);
  o.connectors.routes(app);
  o.messages.routes(app);
  o.mailbox?.routes(app);
  pageRoutes(app, o);
}
