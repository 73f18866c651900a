import { silent, type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { described } from '../../../../test/support/described.ts';
import { createKey, ensureWorkspace } from '../../../access/index.ts';
import { createPeople, type People } from '../../../people/index.ts';
import { type MovableClock, movableClock } from '../../../platform/clock.ts';
import { openPool, transaction } from '../../../platform/database/pool.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { createHttp } from '../../http.ts';
import { serveWire } from '../../ortto/test/serve-wire.ts';
import { identityRoutes } from '../identity.ts';
import { keyed } from '../keyed.ts';

/** Who is who under `/api`, and Ortto's wire beside it, on a database of their own. */
export interface IdentityWorld {
  t: TestDatabase;
  people: People;
  ws: number;
  clock: MovableClock;
  /** With a key, unless the headers say otherwise. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is what it is; the tests look at it.
  send(method: 'GET' | 'POST', url: string, body?: unknown, headers?: Record<string, string>): Promise<any>;
  close(): Promise<void>;
}

export async function openIdentityWorld(): Promise<IdentityWorld> {
  const t = await testDatabase();
  const clock = movableClock();
  const db = openPool(t.connection, silent);
  const people = createPeople({ db, clock });
  const workspace = await transaction(db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
  await people.preparePartitions();
  const { key } = await createKey(db, workspace, 'In use', clock.now());
  const app = createHttp({ log: silent, metrics: createMetrics() });
  const { keys } = serveWire(app, { db, people, clock });
  app.register(
    async (api) => {
      keyed(api, keys);
      identityRoutes(api, { db, people });
    },
    { prefix: '/api' },
  );
  return {
    t,
    people,
    ws: workspace.id,
    clock,
    async send(method, url, body, headers = { 'x-api-key': key }) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const type = answer.headers['content-type'];
      described({ method, path: url, body }, { status: answer.statusCode, type, text: answer.body });
      return { status: answer.statusCode, ...answer.json() };
    },
    async close() {
      await app.close();
      await db.end();
      await t.close();
    },
  };
}
