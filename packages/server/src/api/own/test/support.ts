import { silent, type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { createKey, ensureWorkspace, keyCache } from '../../../access/index.ts';
import { createPeople, type People } from '../../../people/index.ts';
import { type MovableClock, movableClock } from '../../../platform/clock.ts';
import { openPool, transaction } from '../../../platform/database/pool.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { createHttp } from '../../http.ts';
import { orttoRoutes } from '../../ortto/index.ts';
import { ownRoutes } from '../index.ts';

/** Our own endpoints, and Ortto's wire beside them, on a database of their own. */
export interface Own {
  t: TestDatabase;
  people: People;
  ws: number;
  clock: MovableClock;
  /** With a key, unless the headers say otherwise. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is what it is; the tests look at it.
  send(method: 'GET' | 'POST', url: string, body?: unknown, headers?: Record<string, string>): Promise<any>;
  close(): Promise<void>;
}

export async function openOwn(): Promise<Own> {
  const t = await testDatabase();
  const clock = movableClock();
  const db = openPool(t.connection, silent);
  const people = createPeople({ db, clock });
  const workspace = await transaction(db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
  await people.preparePartitions();
  const { key } = await createKey(db, workspace, 'In use', clock.now());
  const app = createHttp({ log: silent, metrics: createMetrics() });
  const keys = keyCache(db);
  orttoRoutes(app, { db, people, keys, clock });
  ownRoutes(app, { db, people, keys });
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
      return { status: answer.statusCode, ...answer.json() };
    },
    async close() {
      await app.close();
      await db.end();
      await t.close();
    },
  };
}
