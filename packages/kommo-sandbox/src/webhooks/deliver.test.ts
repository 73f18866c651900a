import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, pairs, startReceiver } from '../../test/support.ts';
import type { KommoSandbox, SandboxOptions } from '../index.ts';
import { startKommoSandbox } from '../index.ts';

const quick = 1e-5;

/** A sandbox with one deal, and a destination that hears of its stages and answers as told. */
async function stage(
  t: { after(work: () => Promise<void>): void },
  o: SandboxOptions & { answer?: (n: number) => number | undefined } = {},
) {
  const receiver = await startReceiver(o.answer);
  const sandbox = await startKommoSandbox({ retryScale: quick, requestsPerSecond: 0, ...o });
  t.after(async () => {
    await sandbox.close();
    await receiver.close();
  });
  const rest = client(sandbox);
  await rest('POST', '/webhooks', { destination: receiver.url, settings: ['status_lead'] });
  const lead = sandbox.addLead({ name: 'Brightwater', contact: { first_name: 'Anna' } });
  const [qualification, proposal] = [sandbox.stage('Qualification').statusId, sandbox.stage('Proposal sent').statusId];
  let there = false;
  const move = () => {
    there = !there;
    sandbox.moveLead(lead.id, there ? qualification : proposal);
  };
  return { sandbox, receiver, rest, lead, move, qualification };
}

const attempts = (sandbox: KommoSandbox) => sandbox.webhookDeliveries().map(({ attempt, status }) => [attempt, status]);

test('a 404 is tried three times and no more', async (t) => {
  const { sandbox, receiver, move } = await stage(t, { answer: () => 404 });
  move();
  await receiver.count(3);
  await sandbox.settled();
  assert.deepEqual(attempts(sandbox), [
    [1, 404],
    [2, 404],
    [3, 404],
  ]);
  assert.equal(sandbox.retriesToCome(), 0);
  assert.equal(new Set(receiver.received.map(({ body }) => body)).size, 1, 'the same body each time');
});

test('a 500 is tried five times and no more', async (t) => {
  const { sandbox, receiver, move } = await stage(t, { answer: () => 500 });
  move();
  await receiver.count(5);
  await sandbox.settled();
  assert.deepEqual(attempts(sandbox), [
    [1, 500],
    [2, 500],
    [3, 500],
    [4, 500],
    [5, 500],
  ]);
  assert.equal(sandbox.retriesToCome(), 0);
});

test('a redirect is not followed and counts as a failure; any 2xx is fine', async (t) => {
  const { sandbox, receiver, move } = await stage(t, { answer: (n) => (n === 1 ? 302 : 299) });
  move();
  await receiver.count(2);
  await sandbox.settled();
  assert.deepEqual(attempts(sandbox), [
    [1, 302],
    [2, 299],
  ]);
  assert.equal(sandbox.retriesToCome(), 0);
});

test('nobody listening: three attempts, all without a status', async (t) => {
  const { sandbox, receiver, move } = await stage(t, { retryScale: 0 });
  await receiver.close();
  move();
  while (sandbox.webhookDeliveries().length < 3) await new Promise(setImmediate);
  await sandbox.settled();
  assert.deepEqual(attempts(sandbox), [
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  assert.equal(sandbox.retriesToCome(), 0);
  assert.equal(sandbox.webhookDeliveries()[0]?.error, 'ECONNREFUSED');
});

test('two seconds of silence are cut, and REST answers at once meanwhile', async (t) => {
  const { sandbox, rest, move, lead } = await stage(t, { answer: (n) => (n === 1 ? undefined : 200) });
  move();
  const started = performance.now();
  assert.equal((await rest('GET', `/leads/${lead.id}`)).status, 200);
  assert.ok(performance.now() - started < 1_900, 'a silent destination does not hold up REST');
  await sandbox.settled();
  const [first] = sandbox.webhookDeliveries();
  assert.equal(first?.status, 499);
  assert.ok(first.ms >= 1_950 && first.ms < 5_000, `cut after ${first.ms} ms`);
});

test('the 101st invalid answer within two hours switches a destination off, until somebody saves it again', async (t) => {
  let now = new Date('2026-09-01T10:00:00Z');
  const { sandbox, receiver, rest, move } = await stage(t, { answer: () => 410, retryScale: 1, now: () => now });
  for (let i = 0; i < 60; i += 1) move();
  await sandbox.settled();
  now = new Date('2026-09-01T12:00:01Z');
  for (let i = 0; i < 100; i += 1) move();
  await sandbox.settled();
  assert.equal(sandbox.webhooks()[0]?.disabled, false, 'the first sixty are more than two hours old');
  move();
  await sandbox.settled();
  assert.equal(sandbox.webhooks()[0]?.disabled, true);
  move();
  await sandbox.settled();
  assert.equal(receiver.received.length, 161, 'nothing more is sent');
  const listed = await rest('GET', `/webhooks?filter[destination]=${encodeURIComponent(receiver.url)}`);
  assert.partialDeepStrictEqual(listed.body, { _embedded: { webhooks: [{ disabled: true }] } });
  await rest('POST', '/webhooks', { destination: receiver.url, settings: ['status_lead'] });
  assert.equal(sandbox.webhooks()[0]?.disabled, true, 'posting again does not save it');
  sandbox.enableWebhook(receiver.url);
  move();
  await receiver.count(162);
});

test('held deliveries come late and say what was true when they were made', async (t) => {
  const { sandbox, receiver, move, qualification, lead } = await stage(t);
  sandbox.hold();
  move();
  move();
  await sandbox.settled();
  assert.equal(receiver.received.length, 0);
  sandbox.release();
  const [first] = await receiver.count(2);
  const said = new Map(pairs(first?.body ?? ''));
  assert.equal(said.get('leads[status][0][status_id]'), String(qualification));
  assert.equal(sandbox.lead(lead.id)?.status, 'Proposal sent');
});

test('deliveries can be lost, doubled and shuffled', async (t) => {
  const { sandbox, receiver, move } = await stage(t);
  sandbox.faults.set({ dropNext: 2, repeatEach: 3 });
  move();
  await receiver.count(1);
  await sandbox.settled();
  assert.deepEqual(
    sandbox.webhookDeliveries().map((one) => one.error ?? one.status),
    ['dropped', 'dropped', 200],
  );
  sandbox.faults.set({ repeatEach: 0, shuffle: true });
  sandbox.clearLogs();
  const before = receiver.received.length;
  for (let i = 0; i < 60; i += 1) move();
  await sandbox.settled();
  const ids = sandbox.webhookDeliveries().map(({ id }) => id);
  assert.equal(receiver.received.length, before + 60);
  assert.notDeepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
    'sixty in their own order by chance: 1 in 60!',
  );
});

test('a destination that is unsubscribed hears nothing more, not even a retry', async (t) => {
  const { sandbox, receiver, rest, move } = await stage(t, { answer: () => 500, retryScale: 1e-3 });
  move();
  await sandbox.settled();
  assert.equal((await rest('DELETE', '/webhooks', { destination: receiver.url })).status, 204);
  while (sandbox.retriesToCome() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(receiver.received.length, 1);
  assert.equal((await rest('GET', '/webhooks')).status, 204);
});

test('a thousand stage changes are each delivered once, over a few kept connections', async (t) => {
  const { sandbox, receiver, move } = await stage(t);
  // As many at a time as a slow machine answers within Kommo's two seconds.
  for (let i = 1; i <= 1_000; i += 1) {
    move();
    if (i % 100 === 0) await sandbox.settled();
  }
  await receiver.count(1_000);
  assert.ok(sandbox.webhookDeliveries().every(({ status }) => status === 200));
  assert.equal(receiver.received.length, 1_000);
  assert.ok(new Set(receiver.received.map(({ port }) => port)).size <= 128);
});
