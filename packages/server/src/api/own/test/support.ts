import { tmpdir } from 'node:os';
import { silent, type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { createKey, ensureWorkspace, keyCache } from '../../../access/index.ts';
import { createAudiences } from '../../../audiences/index.ts';
import { createExports } from '../../../exports/index.ts';
import { createImports } from '../../../imports/index.ts';
import { createJourneys } from '../../../journeys/index.ts';
import { createMessages, smtpChannel } from '../../../messages/index.ts';
import { createPeople, type People } from '../../../people/index.ts';
import { type MovableClock, movableClock } from '../../../platform/clock.ts';
import { transaction } from '../../../platform/database/pool.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { openPresence } from '../../../platform/presence.ts';
import { createHttp } from '../../http.ts';
import { ownRoutes } from '../index.ts';

export interface OwnAnswer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire.
  json: any;
}

/** Our own endpoints, with what imports, on a database of its own; and a server that really listens. */
export interface Own {
  t: TestDatabase;
  people: People;
  clock: MovableClock;
  ws: number;
  url: string;
  key: string;
  /** `method path` of everything that answers. */
  routes: readonly string[];
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, type?: string): Promise<OwnAnswer>;
  close(): Promise<void>;
}

export async function openOwn(): Promise<Own> {
  const t = await testDatabase();
  const clock = movableClock();
  const presence = await openPresence(t.connection, silent);
  const people = createPeople({ db: t.db, clock, presence });
  const workspace = await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
  await people.preparePartitions();
  const { key } = await createKey(t.db, workspace, 'In use', clock.now());
  const imports = createImports({ db: t.db, people, presence, clock, log: silent });
  const loop = imports.run();
  const app = createHttp({ log: silent, metrics: createMetrics() });
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (method !== 'HEAD') routes.push(`${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`);
  });
  const audiences = createAudiences({ db: t.db, people, clock, log: silent });
  const channel = smtpChannel('smtp://127.0.0.1:25');
  const messages = createMessages({
    ...{ db: t.db, people, presence, clock, log: silent, channel, alone: true, dataDir: tmpdir() },
    ...{ publicUrl: () => '', from: { name: 'Us', email: 'us@example.com' }, whenUncertain: 'hold' as const },
  });
  const journeys = createJourneys({ db: t.db, people, messages, presence, clock, log: silent });
  ownRoutes(app, {
    db: t.db,
    people,
    journeys,
    audiences,
    imports,
    exports: createExports({ db: t.db, people }),
    keys: keyCache(t.db),
    clock,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    t,
    people,
    clock,
    ws: workspace.id,
    url,
    key,
    routes,
    async call(method, path, body, type) {
      const raw = typeof body === 'string' || body instanceof ReadableStream || Buffer.isBuffer(body);
      const answer = await fetch(url + path, {
        method,
        headers: {
          'x-api-key': key,
          ...(body === undefined ? {} : { 'content-type': type ?? (raw ? 'text/csv' : 'application/json') }),
        },
        ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body), duplex: 'half' }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('application/json') && text !== '';
      return { status: answer.status, text, json: isJson ? JSON.parse(text) : undefined };
    },
    async close() {
      await app.close();
      await channel.close();
      await loop.close();
      await presence.close();
      await t.close();
    },
  };
}
