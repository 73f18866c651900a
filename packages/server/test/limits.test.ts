import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createKey } from '../src/access/index.ts';
import { readConfig } from '../src/config.ts';
import { movableClock } from '../src/platform/clock.ts';
import { startTributary, type Tributary } from '../src/tributary.ts';
import { silent, type TestDatabase, testDatabase } from './support/database.ts';
import { urlOf } from './support/url-of.ts';

const TOO_MUCH = '{"error":{"code":"rate-limit","message":"rate limit","try-in-seconds":3600}}\n';

describe('a server with limits', () => {
  let database: TestDatabase;
  let tributary: Tributary;
  let key: string;
  before(async () => {
    database = await testDatabase();
    const settings = {
      DATABASE_URL: urlOf(database.connection),
      PORT: '0',
      LIMIT_PER_KEY: '5/3600',
      LIMIT_PER_ADDRESS: '20/3600',
      LIMIT_ACTIVITIES_PER_DAY: '2',
      TRUST_PROXY: 'loopback',
    };
    tributary = await startTributary(readConfig(settings), {
      clock: movableClock(new Date('2026-03-02T08:00:00Z')),
      log: silent,
    });
    ({ key } = await newKey('First'));
  });
  after(async () => {
    await tributary.close();
    await database.close();
  });

  const newKey = (name: string) => createKey(tributary.db, tributary.workspace, name, new Date());
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(tributary.url + path, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test('refuses activities record by record, a batch of nothing else as Ortto refuses one', async () => {
    const activities = (count: number) => ({
      activities: Array.from({ length: count }, () => ({
        activity_id: 'act::us',
        fields: { 'str::email': 'anna@example.com' },
      })),
      merge_by: ['str::email'],
    });
    const error = 'act::us: more than 2 of one person on one day';
    assert.deepEqual(await (await post('/v1/activities/create', activities(3))).json(), {
      activities: [
        { status: 'queued', person_status: 'queued' },
        { status: 'queued', person_status: 'queued' },
        { status: 'invalid', error },
      ],
    });
    const refused = await post('/v1/activities/create', activities(1));
    assert.equal(refused.status, 400);
    const { request_id: _, ...body } = (await refused.json()) as Record<string, unknown>;
    assert.deepEqual(body, {
      code: 400,
      error: `No valid activities provided (${error})`,
      details: [{ status: 'invalid', error }],
    });
  });

  test('counts a key on Ortto’s wire and on our own together, and answers as Ortto does', async () => {
    ({ key } = await newKey('Second'));
    for (let i = 0; i < 4; i++) assert.equal((await post('/v1/person/get', {})).status, 200);
    const own = await fetch(`${tributary.url}/api/imports`, { headers: { 'x-api-key': key } });
    assert.equal(own.status, 200);
    const refused = await post('/v1/person/get', {});
    assert.equal(refused.status, 429);
    assert.equal(await refused.text(), TOO_MUCH);
    assert.equal(refused.headers.get('retry-after'), '3600');
    assert.equal(refused.headers.get('content-type'), 'application/json');
    assert.equal(refused.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(
      [...refused.headers.keys()].filter((name) => /ratelimit/i.test(name)),
      [],
      'Ortto sends none',
    );
    const alsoOwn = await fetch(`${tributary.url}/api/imports`, { headers: { 'x-api-key': key } });
    assert.equal(await alsoOwn.text(), TOO_MUCH);
  });

  test('answers before the body has come', async () => {
    const { hostname, port } = new URL(tributary.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/person/merge HTTP/1.1\r\nhost: x\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n`,
    );
    const [head] = (await Promise.race([
      new Promise((resolve) => socket.once('data', (data) => resolve([data.toString()]))),
      new Promise((resolve) => socket.once('close', () => resolve(['closed']))),
    ])) as string[];
    socket.destroy();
    assert.match(head!, /^HTTP\/1\.1 429 /);
  });

  test('counts whom the proxy brings, and neither webhooks nor health', async () => {
    const from = (address: string): Promise<Response> =>
      post('/v1/nothing', {}, { 'x-forwarded-for': address, 'x-api-key': 'nonsense' });
    for (let i = 0; i < 20; i++) assert.equal((await from('203.0.113.7')).status, 401);
    assert.equal((await from('203.0.113.7')).status, 429);
    assert.equal((await from('203.0.113.8')).status, 401);
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    assert.equal((await fetch(`${tributary.url}/healthz`, { headers })).status, 200);
    assert.equal((await fetch(`${tributary.url}/hooks/kommo/x`, { method: 'POST', headers })).status, 404);
    const metrics = await (await fetch(`${tributary.url}/metrics`, { headers })).text();
    assert.match(metrics, /^tributary_requests_refused_total\{limit="address"\} 1$/m);
    assert.match(metrics, /^tributary_activities_refused_total 2$/m);
  });
});
