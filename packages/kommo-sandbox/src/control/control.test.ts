import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, column, idAt, startReceiver } from '../../test/support.ts';
import type { KommoSandbox } from '../index.ts';
import { startKommoSandbox } from '../index.ts';

let sandbox: KommoSandbox;

before(async () => {
  sandbox = await startKommoSandbox({ requestsPerSecond: 0 });
});
after(() => sandbox.close());

async function post(path: string, body: object = {}): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${sandbox.url}/sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}
const get = async (path: string): Promise<unknown> => (await fetch(`${sandbox.url}/sandbox/${path}`)).json();

test('what the switches do over HTTP is what they do in process', async () => {
  const made = await post('add-lead', {
    name: 'Brightwater',
    price: 12_000,
    contact: { first_name: 'Anna', last_name: 'Petrova', email: 'anna@example.com', phone: '+1 415 555 0137' },
    customFields: { Segment: 'Mid-market', Products: ['Core', 'Analytics'] },
    tags: ['web'],
  });
  const id = idAt(made.body, 'id');
  const statusId = sandbox.stage('Qualification').statusId;
  assert.partialDeepStrictEqual((await post('move-lead', { id, statusId })).body, { status: 'Qualification' });
  await post('update-lead', { id, price: 15_000, customFields: { Seats: 40 } });
  await post('update-contact', { id: sandbox.contacts()[0]?.id, email: 'anna@new.example' });
  await post('add-note', { leadId: id, text: 'Spoke to her' });
  assert.deepEqual(sandbox.lead(id)?.customFields, {
    Segment: 'Mid-market',
    Seats: 40,
    Products: ['Core', 'Analytics'],
  });
  const state = await get('state');
  assert.partialDeepStrictEqual(state, {
    leads: [
      {
        id,
        price: 15_000,
        status: 'Qualification',
        tags: ['web'],
        contacts: [{ name: 'Anna Petrova', email: 'anna@new.example' }],
      },
    ],
    notes: [{ text: 'Spoke to her', entityId: id }],
    faults: { status: 0 },
  });
  assert.partialDeepStrictEqual(await get(`leads/${id}`), {
    name: 'Brightwater',
    notes: [{ text: 'Spoke to her' }],
    tasks: [],
  });
});

test('several moves in one body, held and released, over HTTP', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  await fetch(`${sandbox.url}/api/v4/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sandbox.token}` },
    body: JSON.stringify({ destination: receiver.url, settings: ['status_lead'] }),
  });
  const ids = [sandbox.addLead({ name: 'a' }).id, sandbox.addLead({ name: 'b' }).id];
  await post('hold');
  await post('move-leads', { moves: ids.map((id) => ({ id, statusId: 142 })) });
  assert.deepEqual(await get('deliveries'), []);
  await post('release');
  await post('settled');
  assert.deepEqual(column(await get('deliveries'), 'status'), [200]);
  assert.equal(at(await get('requests'), 0, 'path'), '/api/v4/webhooks');
  assert.equal(receiver.received[0]?.body.match(/%5Bold_status_id%5D=/g)?.length, 2);
});

test('faults are set and cleared over HTTP, while REST itself is down', async () => {
  assert.partialDeepStrictEqual((await post('faults', { offline: true })).body, { offline: true, status: 0 });
  await assert.rejects(fetch(`${sandbox.url}/api/v4/account`));
  await post('faults/clear');
  assert.equal(sandbox.faults.get().offline, false);
});

test('a mistake is said in words', async () => {
  const wrong: [string, object, RegExp][] = [
    ['move-lead', { id: 1, statusId: 142 }, /There is no lead 1/],
    ['add-lead', { name: 'x', customFields: { Segmnt: 'y' } }, /no field "Segmnt"/],
    ['add-lead', { name: 'x', customFields: { Segment: 'Huge' } }, /not a valid choice/],
    ['add-lead', { name: 'x', prize: 5 }, /prize/],
    ['faults', { statuz: 5 }, /statuz/],
  ];
  for (const [path, body, words] of wrong) {
    const answer = await post(path, body);
    assert.equal(answer.status, 400, path);
    assert.match(String(at(answer.body, 'error')), words);
  }
  assert.throws(() => sandbox.stage('Qualificatoin'), /no stage "Qualificatoin"/);
});
