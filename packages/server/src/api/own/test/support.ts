import { tmpdir } from 'node:os';
import { silent, type TestDatabase } from '../../../../test/support/database.ts';
import { described } from '../../../../test/support/described.ts';
import { entriesOf } from '../../../../test/support/entries.ts';
import { openPeople } from '../../../../test/support/people.ts';
import { until } from '../../../../test/support/until.ts';
import { createKey, keyCache } from '../../../access/index.ts';
import { type Audiences, createAudiences } from '../../../audiences/index.ts';
import { createExports } from '../../../exports/index.ts';
import { createImports } from '../../../imports/index.ts';
import { createJourneys, type Journeys } from '../../../journeys/index.ts';
import { createMessages, type Messages, smtpChannel } from '../../../messages/index.ts';
import type { People } from '../../../people/index.ts';
import type { MovableClock } from '../../../platform/clock.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { createHttp } from '../../http.ts';
import { ownRoutes } from '../index.ts';

export interface OwnAnswer {
  status: number;
  type: string | null;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire.
  json: any;
}

/** Our own endpoints, with what imports, on a database of its own; and a server that really listens. */
export interface Own {
  t: TestDatabase;
  people: People;
  audiences: Audiences;
  messages: Messages;
  journeys: Journeys;
  clock: MovableClock;
  ws: number;
  url: string;
  key: string;
  /** `method path` of everything that answers. */
  routes: readonly string[];
  call(
    method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<OwnAnswer>;
  /** Sends a file, as it is guessed, and waits until it is taken: how far it is, and what was rejected. */
  take(kind: string, csv: string): Promise<{ progress: Record<string, number>; rejected: string }>;
  close(): Promise<void>;
}

export async function openOwn(): Promise<Own> {
  const { t, clock, presence, people, workspace } = await openPeople();
  const { key } = await createKey(t.db, workspace, 'In use', clock.now());
  const imports = createImports({ db: t.db, people, presence, clock, log: silent });
  const loop = imports.run();
  const app = createHttp({ log: silent, metrics: createMetrics() });
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (method !== 'HEAD') routes.push(`${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`);
  });
  const audiences = createAudiences({ db: t.db, people, clock, log: silent });
  const shared = { db: t.db, people, audiences, presence, clock, log: silent };
  const channel = smtpChannel('smtp://127.0.0.1:1');
  const messages = createMessages({
    ...shared,
    channel,
    publicUrl: () => 'https://t.example',
    from: { name: 'Acme', email: 'hello@acme.example' },
    whenUncertain: 'hold',
    dataDir: tmpdir(),
    alone: false,
  });
  const journeys = createJourneys({ ...shared, messages });
  ownRoutes(app, {
    db: t.db,
    people,
    audiences,
    entries: entriesOf({ db: t.db, people, audiences, clock }),
    imports,
    exports: createExports({ db: t.db, people }),
    messages,
    journeys,
    keys: keyCache(t.db),
    clock,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const own: Own = {
    t,
    people,
    audiences,
    messages,
    journeys,
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
      const contentType = answer.headers.get('content-type');
      described({ method, path, body }, { status: answer.status, type: contentType, text });
      const isJson = contentType?.includes('application/json') && text !== '';
      return { status: answer.status, type: contentType, text, json: isJson ? JSON.parse(text) : undefined };
    },
    async take(kind, csv) {
      const { id } = (await own.call('POST', `/api/imports?kind=${kind}`, csv)).json;
      await own.call('POST', `/api/imports/${id}/start`);
      const { progress } = await until('it is taken', async () => {
        const { json } = await own.call('GET', `/api/imports/${id}`);
        return json.state === 'done' && json;
      });
      return { progress, rejected: (await own.call('GET', `/api/imports/${id}/rejected`)).text };
    },
    async close() {
      await app.close();
      await channel.close();
      await loop.close();
      await presence.close();
      await t.close();
    },
  };
  return own;
}
