import type { IncomingHttpHeaders } from 'node:http';
import { silent, type TestDatabase, testDatabase } from '../../../../test/support/database.ts';
import { described } from '../../../../test/support/described.ts';
import { createKey, ensureWorkspace, revokeKey } from '../../../access/index.ts';
import type { Audiences } from '../../../audiences/index.ts';
import { createPeople, type People } from '../../../people/index.ts';
import { movableClock } from '../../../platform/clock.ts';
import { openPool, transaction } from '../../../platform/database/pool.ts';
import { createMetrics } from '../../../platform/metrics.ts';
import { createHttp } from '../../http.ts';
import { serveWire } from './serve-wire.ts';

export interface Answer {
  status: number;
  /** As it came, but for the request's id, which is `#`. */
  text: string;
  headers: IncomingHttpHeaders;
}

/** Ortto's wire on a database of its own. */
export interface Wire {
  t: TestDatabase;
  people: People;
  audiences: Audiences;
  ws: number;
  now(): Date;
  key: string;
  /** A key that is no longer in use. */
  revokedKey: string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  call(method: 'PUT' | 'POST' | 'DELETE', path: string, body: unknown): Promise<Answer>;
  send(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS',
    path: string,
    headers: Record<string, string>,
    text?: string | Buffer,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** With `odd` bodies, some are taken that are told of more strictly: such as a filter where those archived are asked for, and it is left out. */
export async function openWire({ odd = false } = {}): Promise<Wire> {
  const t = await testDatabase();
  const clock = movableClock();
  const db = openPool(t.connection, silent);
  const people = createPeople({ db, clock });
  const workspace = await transaction(db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
  await people.preparePartitions();
  const { key } = await createKey(db, workspace, 'In use', clock.now());
  const { key: revokedKey } = await createKey(db, workspace, 'Revoked', clock.now());
  await revokeKey(db, 'Revoked', clock.now());
  const app = createHttp({ log: silent, metrics: createMetrics() });
  const { audiences } = serveWire(app, { db, people, clock });

  const send: Wire['send'] = async (method, url, headers, payload) => {
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    described(
      { method, path: url, body: odd ? undefined : payload?.toString() },
      { status: answer.statusCode, type: answer.headers['content-type'], text: answer.body },
    );
    const text = answer.body.replace(/"request_id":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/, '"request_id":"#"');
    return { status: answer.statusCode, text, headers: answer.headers as IncomingHttpHeaders };
  };
  return {
    t,
    people,
    audiences,
    ws: workspace.id,
    now: clock.now,
    key,
    revokedKey,
    send,
    call: (method, path, body) =>
      send(method, path, { 'x-api-key': key, 'content-type': 'application/json' }, JSON.stringify(body)),
    post: (path, body, headers = {}) =>
      send(
        'POST',
        path,
        { 'x-api-key': key, 'content-type': 'application/json', ...headers },
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
    async close() {
      await app.close();
      await db.end();
      await t.close();
    },
  };
}
