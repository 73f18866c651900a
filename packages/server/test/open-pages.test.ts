import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { createKey } from '../src/access/index.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/platform/clock.ts';
import { startTributary, type Tributary } from '../src/tributary.ts';
import { silent, type TestDatabase, testDatabase } from './support/database.ts';
import { urlOf } from './support/url-of.ts';

describe('the pages that show people’s data', () => {
  let database: TestDatabase;
  let tributary: Tributary;
  let authorization: string;
  before(async () => {
    database = await testDatabase();
    const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0 };
    tributary = await startTributary(config, { clock: systemClock, log: silent });
    const { key } = await createKey(tributary.db, tributary.workspace, 'test', systemClock.now());
    authorization = `Basic ${Buffer.from(`any:${key}`).toString('base64')}`;
  });
  after(async () => {
    await tributary.close();
    await database.close();
  });

  /** The status: `fetch` sends no Host of ours. */
  const get = (path: string, headers: Record<string, string>, of = tributary) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${of.url}${path}`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });

  test('the mailbox asks who sits at this machine for no key', async () => {
    for (const host of ['localhost:8080', 'LOCALHOST', '127.0.0.1:18240', '127.1.2.3', '[::1]:80'])
      assert.equal(await get('/mailbox', { host }), 200, host);
  });

  test('the mailbox asks for one who comes through a proxy, or by a name that may be anybody’s', async () => {
    for (const host of [
      'cdp.example',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      '8.8.8.8',
      'localhost:8080.evil.example',
    ])
      assert.equal(await get('/mailbox', { host }), 401, host);
    for (const [name, value] of [
      ['x-forwarded-for', '8.8.8.8'],
      ['x-forwarded-proto', 'https'],
      ['forwarded', 'for=8.8.8.8'],
      ['via', '1.1 proxy'],
      ['x-real-ip', '8.8.8.8'],
      ['cf-connecting-ip', '8.8.8.8'],
    ] as const)
      for (const path of ['/mailbox', '/mailbox/1', '/mailbox/1/body', '/mailbox/1/source'])
        assert.equal(await get(path, { host: 'localhost', [name]: value }), 401, `${name} ${path}`);
    assert.equal(await get('/mailbox', { host: 'cdp.example', 'x-forwarded-for': '8.8.8.8', authorization }), 200);
  });

  test('where others know us by a name, everybody is asked for one: nginx does not say that it brings somebody', async () => {
    const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0 };
    const host = '127.0.0.1:8080';
    for (const [publicUrl, status] of [
      ['https://cdp.example', 401],
      ['https://127.0.0.1.nip.io', 401],
      ['http://localhost:8080/a', 200],
      ['http://[::1]:8080', 200],
    ] as const) {
      const named = await startTributary({ ...config, publicUrl }, { clock: systemClock, log: silent });
      try {
        assert.equal(await get('/mailbox', { host }, named), status, publicUrl);
        assert.equal(await get('/mailbox', { host, authorization }, named), 200, publicUrl);
      } finally {
        await named.close();
      }
    }
  });

  test('an address that is given twice names nobody', async () => {
    assert.equal(await get('/people?email=a@example.com&email=b@example.com', { authorization }), 400);
    assert.equal(await get('/people?email=a@example.com', { authorization }), 404);
  });
});
