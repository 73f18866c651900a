import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, client, startReceiver } from '../../test/support.ts';
import { defaultSeed, startKommoSandbox } from '../index.ts';
import { createRate } from './rate.ts';

test('seven requests in any one second, not in each calendar second', () => {
  let now = 0;
  const rate = createRate(7, () => now);
  const many = (n: number) => Array.from({ length: n }, () => rate.check());
  now = 900;
  assert.deepEqual(many(7), Array(7).fill(0));
  now = 1_100;
  assert.deepEqual(many(2), [429, 429]);
  now = 1_901;
  assert.deepEqual(many(8), [...Array(7).fill(0), 429]);
});

test('fifty refusals within ten seconds and one more block the address for a minute', () => {
  let now = 0;
  const rate = createRate(7, () => now);
  for (let i = 0; i < 57; i += 1) rate.check();
  assert.equal(rate.check(), 403);
  now = 59_000;
  assert.equal(rate.check(), 403);
  now = 60_001;
  assert.equal(rate.check(), 0);
});

test('a patient client is never blocked, however often it is refused', () => {
  let now = 0;
  const rate = createRate(7, () => now);
  for (; now < 120_000; now += 100) assert.notEqual(rate.check(), 403);
});

test('the eighth request of a second is a 429 that is not JSON, and every request is written down', async (t) => {
  const sandbox = await startKommoSandbox();
  t.after(() => sandbox.close());
  const rest = client(sandbox);
  const answers = await Promise.all(Array.from({ length: 8 }, () => rest('GET', '/account')));
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(refused.length, 1);
  assert.equal(refused[0]?.type, 'text/html');
  assert.throws(() => JSON.parse(refused[0]?.text ?? ''));
  assert.deepEqual(
    sandbox
      .requests()
      .map(({ status }) => status)
      .toSorted(),
    [...Array(7).fill(200), 429],
  );
  assert.partialDeepStrictEqual(sandbox.requests()[0], { method: 'GET', path: '/api/v4/account' });
});

test('without a good token there is a 401, for paths that are not there too', async (t) => {
  const sandbox = await startKommoSandbox();
  t.after(() => sandbox.close());
  const stranger = client(sandbox, 'wrong');
  for (const path of ['/leads', '/nowhere']) {
    const { status, type, body } = await stranger('GET', path);
    assert.deepEqual([status, type], [401, 'application/problem+json']);
    assert.partialDeepStrictEqual(body, { title: 'Unauthorized', type: 'https://httpstatus.es/401', status: 401 });
  }
});

test('faults: so many failures, lost answers of work that was done, a line that is down', async (t) => {
  const sandbox = await startKommoSandbox({ requestsPerSecond: 0 });
  t.after(() => sandbox.close());
  const rest = client(sandbox);
  sandbox.faults.set({ status: 503, failNext: 2 });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await rest('GET', '/account')).status);
  assert.deepEqual(statuses, [503, 503, 200]);
  sandbox.faults.set({ status: 401 });
  assert.equal(at((await rest('GET', '/account')).body, 'title'), 'Unauthorized');
  sandbox.faults.set({ status: 0, loseNext: 1 });
  await assert.rejects(rest('POST', '/leads', [{ name: 'Done, but who knows' }]));
  assert.equal(sandbox.leads()[0]?.name, 'Done, but who knows');
  sandbox.faults.set({ offline: true });
  await assert.rejects(rest('GET', '/account'));
  sandbox.faults.clear();
  assert.equal((await rest('GET', '/account')).status, 200);
  sandbox.faults.set({ delayMs: 60 });
  const started = performance.now();
  await rest('GET', '/account');
  assert.ok(performance.now() - started >= 59);
  assert.deepEqual(
    sandbox
      .requests()
      .slice(-4)
      .map(({ status }) => status),
    [0, 0, 200, 200],
  );
});

test('a change over REST comes back as a webhook, and a change that changes nothing does not', async (t) => {
  const receiver = await startReceiver();
  const sandbox = await startKommoSandbox({ requestsPerSecond: 0 });
  t.after(async () => {
    await sandbox.close();
    await receiver.close();
  });
  const rest = client(sandbox);
  await rest('POST', '/webhooks', { destination: receiver.url, settings: ['update_lead', 'note_lead'] });
  const { id } = sandbox.addLead({ name: 'Brightwater', price: 1 });
  await rest('PATCH', `/leads/${id}`, { price: 2 });
  await rest('PATCH', `/leads/${id}`, { price: 2 });
  await rest('POST', '/leads/notes', [{ entity_id: id, note_type: 'common', params: { text: 'x' } }]);
  await sandbox.settled();
  assert.equal(receiver.received.length, 2);
});

test('a disputed webhook name can be refused', async (t) => {
  const sandbox = await startKommoSandbox({ seed: { ...defaultSeed, refusedSettings: ['update_task'] } });
  t.after(() => sandbox.close());
  const body = { destination: 'http://127.0.0.1:9/', settings: ['add_task', 'update_task'] };
  const { body: said } = await client(sandbox)('POST', '/webhooks', body);
  assert.partialDeepStrictEqual(at(said, 'validation-errors', 0, 'errors'), [
    { code: 'NotSupportedChoice', path: 'settings.1' },
  ]);
});
