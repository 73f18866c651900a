import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { silent } from '../../test/support/database.ts';
import { UserError } from '../platform/errors.ts';
import { createMetrics, type Metrics } from '../platform/metrics.ts';
import { ratesFrom } from '../platform/rate.ts';
import { createHttp } from './http.ts';
import { limitRequests, type RequestLimits } from './limits.ts';

const SECOND = 1000;
const none: RequestLimits = { perKey: [], perAddress: [], badRequests: [], badKeys: [] };
const TOO_MUCH = (seconds: number) => ({
  status: 429,
  body: `{"error":{"code":"rate-limit","message":"rate limit","try-in-seconds":${seconds}}}`,
  retryAfter: String(seconds),
});

/** A scope with keys, whose one call answers with the status that it is asked for. */
function serve(limits: Partial<RequestLimits>): { app: FastifyInstance; metrics: Metrics } {
  const metrics = createMetrics();
  const app = createHttp({ log: silent, metrics, proxies: ['127.0.0.1'] });
  app.register(async (limited) => {
    await limitRequests(limited, { limits: { ...none, ...limits }, metrics });
    limited.register(async (keyed) => {
      keyed.addHook('onRequest', async (request) => {
        request.keyId = Number(request.headers['x-api-key'] ?? 0);
        if (!request.keyId) throw new UserError('unauthorized', 'No X-Api-Key header', 401);
      });
      keyed.post('/v1/call', async (request) => {
        if (request.body) throw new UserError('bad_request', 'bad');
        return 'ok';
      });
    });
  });
  app.get('/open', async () => 'ok');
  return { app, metrics };
}

/** A server of its own, and how to ask it. */
function asking(limits: Partial<RequestLimits>) {
  const { app, metrics } = serve(limits);
  return {
    metrics,
    async ask(o: { key?: number; from?: string; bad?: boolean; path?: string } = {}) {
      const { key = 1, from = '203.0.113.1', bad = false, path = '/v1/call' } = o;
      const answer = await app.inject({
        method: path === '/open' ? 'GET' : 'POST',
        url: path,
        headers: { 'x-forwarded-for': from, ...(key ? { 'x-api-key': String(key) } : {}) },
        ...(bad ? { payload: { bad } } : {}),
      });
      const { statusCode: status, body, headers } = answer;
      return status === 429 ? { status, body, retryAfter: headers['retry-after'] } : { status };
    },
  };
}

describe('more requests than are taken', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: new Date('2026-03-02T08:00:00Z') }));
  afterEach(() => mock.timers.reset());
  const pass = (ms: number): void => mock.timers.tick(ms);
  const OK = { status: 200 };

  test('are never refused where nothing is set', async () => {
    const { ask } = asking({});
    for (let i = 0; i < 100; i++) assert.equal((await ask({ bad: true })).status, 400);
    for (let i = 0; i < 100; i++) assert.equal((await ask({ key: 0 })).status, 401);
  });

  test('with one key are refused as Ortto does, until the time is over', async () => {
    const { ask } = asking({ perKey: ratesFrom('2/10')! });
    assert.deepEqual([await ask(), await ask({ from: '203.0.113.2' })], [OK, OK]);
    assert.deepEqual(await ask(), TOO_MUCH(10));
    assert.deepEqual(await ask({ key: 2 }), OK, 'another key has a rate of its own');
    pass(9.5 * SECOND);
    assert.deepEqual(await ask(), TOO_MUCH(1));
    pass(SECOND);
    assert.deepEqual(await ask(), OK);
  });

  test('than any of several rates has room for are refused until the longest is over', async () => {
    const { ask } = asking({ perKey: ratesFrom('2/1,3/60')! });
    await ask();
    await ask();
    assert.deepEqual(await ask(), TOO_MUCH(1));
    pass(SECOND);
    assert.deepEqual(await ask(), TOO_MUCH(59));
  });

  test('from one address are refused, whatever their keys; what needs no key is not counted', async () => {
    const { ask } = asking({ perAddress: ratesFrom('2/10')! });
    assert.deepEqual([await ask(), await ask({ key: 2 })], [OK, OK]);
    assert.deepEqual(await ask({ key: 3 }), TOO_MUCH(10));
    assert.deepEqual(await ask({ key: 0 }), TOO_MUCH(10), 'without a look at the key');
    assert.deepEqual(await ask({ path: '/open' }), OK);
    assert.deepEqual(await ask({ from: '203.0.113.2' }), OK);
  });

  test('from one network of IPv6 are of one address: it has more of them than anybody can count', async () => {
    const { ask } = asking({ perAddress: ratesFrom('1/10')! });
    assert.deepEqual(await ask({ from: '2001:db8:1:2::1' }), OK);
    assert.deepEqual(await ask({ from: '2001:db8:1:2:ffff::9' }), TOO_MUCH(10));
    assert.deepEqual(await ask({ from: '2001:db8:1:3::1' }), OK);
  });

  test('from more addresses than are remembered: the one not heard of longest begins anew', async () => {
    const { ask } = asking({ perAddress: ratesFrom('1/3600')! });
    await ask({ from: '203.0.113.1' });
    assert.equal((await ask({ from: '203.0.113.1' })).status, 429);
    for (let i = 0; i < 20_000; i++) await ask({ from: `10.1.${i >> 8}.${i & 255}` });
    assert.deepEqual(await ask({ from: '203.0.113.1' }), OK);
    assert.equal((await ask({ from: '10.1.78.31' })).status, 429, 'a late one is remembered');
  });

  test('of which nothing can be made: the address is shut out for the time', async () => {
    const { ask } = asking({ badRequests: ratesFrom('3/15')! });
    for (let i = 0; i < 3; i++) {
      assert.equal((await ask({ bad: true })).status, 400);
      pass(2 * SECOND);
    }
    assert.deepEqual(await ask(), TOO_MUCH(13), 'from the last one on');
    assert.deepEqual(await ask({ from: '203.0.113.2' }), OK);
    pass(12 * SECOND);
    assert.deepEqual(await ask(), TOO_MUCH(1), 'asking does not make it longer');
    pass(SECOND);
    assert.deepEqual(await ask(), OK);
  });

  test('of which some are bad now and then shut nobody out', async () => {
    const { ask } = asking({ badRequests: ratesFrom('3/15')! });
    for (let i = 0; i < 9; i++) {
      assert.equal((await ask({ bad: true })).status, 400);
      pass(8 * SECOND);
    }
  });

  test('with keys that are none: the address is shut out, and the good requests of others are not', async () => {
    const { ask } = asking({ badKeys: ratesFrom('1/15')!, badRequests: ratesFrom('2/15')! });
    assert.equal((await ask({ key: 0 })).status, 401);
    assert.deepEqual(await ask(), TOO_MUCH(15));
    assert.deepEqual(await ask({ from: '203.0.113.2' }), OK);
  });

  test('are counted by the limit that they went over', async () => {
    const { ask, metrics } = asking({ perKey: ratesFrom('1/10')!, badKeys: ratesFrom('1/15')! });
    await ask();
    await ask();
    await ask();
    await ask({ key: 0 });
    await ask({ key: 0 });
    const { body } = await metrics.print();
    assert.match(body, /^tributary_requests_refused_total\{limit="key"\} 2$/m);
    assert.match(body, /^tributary_requests_refused_total\{limit="bad_keys"\} 1$/m);
  });
});

test('rates are read as they are written, and nothing else is one', () => {
  assert.deepEqual(ratesFrom('30/1'), [{ count: 30, seconds: 1 }]);
  assert.deepEqual(ratesFrom(' 2000/10, 6000/60 '), [
    { count: 2000, seconds: 10 },
    { count: 6000, seconds: 60 },
  ]);
  for (const wrong of ['', '30', '30/', '0/1', '1/0', '-1/1', '1.5/1', '30/1;', '30/1,', '1/86401', '1000001/1'])
    assert.equal(ratesFrom(wrong), undefined, wrong);
});
