import type { FastifyInstance } from 'fastify';
import { silent } from '../../../../test/support/database.ts';
import { entriesOf } from '../../../../test/support/entries.ts';
import { type KeyCache, keyCache } from '../../../access/index.ts';
import { type Audiences, createAudiences } from '../../../audiences/index.ts';
import { createDisplay } from '../../../messages/index.ts';
import type { People } from '../../../people/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/database/pool.ts';
import { orttoRoutes } from '../index.ts';

/** Has a server speak Ortto's wire, where nothing is sent and nobody is moved on. */
export function serveWire(
  app: FastifyInstance,
  { db, people, clock }: { db: Db; people: People; clock: Clock },
): { audiences: Audiences; keys: KeyCache } {
  const audiences = createAudiences({ db, people, clock, log: silent });
  const entries = entriesOf({ db, people, audiences, clock });
  const messages = { displayTypes: createDisplay(people).types };
  const keys = keyCache(db);
  orttoRoutes(app, { db, people, audiences, messages, entries, keys, clock, log: silent });
  return { audiences, keys };
}
