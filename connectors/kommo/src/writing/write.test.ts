import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Account, due, fieldOn, noteTo, openAccount, taskOn } from '../../test/support.ts';

const status = (lead: number, value: string, n = 0) => fieldOn(lead, 'Email status', value, n);
const activity = (lead: number, value: string, n = 0) => fieldOn(lead, 'Email activity', value, n);
describe('what is written into Kommo', () => {
  let account: Account;
  let deals: number[];

  beforeEach(async () => {
    account = await openAccount();
    deals = Array.from(
      { length: 4 },
      (_, i) => account.sandbox.addLead({ name: `Deal ${i}`, contact: { name: `P ${i}` } }).id,
    );
  });
  afterEach(() => account.close());
  const deal = (i = 0) => deals[i] ?? 0;
  const fieldsOf = (i = 0) => account.sandbox.lead(deal(i))?.customFields ?? {};
  const texts = (i = 0) => account.sandbox.notes(deal(i)).map(({ text }) => text);
  const posts = () => account.requests().filter((request) => !request.startsWith('GET'));

  test('notes of many deals are one request, of the type for integrations, signed', async () => {
    const outcomes = await account.write(Array.from({ length: 40 }, (_, i) => due(noteTo(deal(i % 4), i), i)));
    assert.equal(outcomes.filter(({ done }) => done).length, 40);
    assert.deepEqual(posts(), ['POST /leads/notes']);
    const [first] = account.sandbox.notes(deal());
    assert.deepEqual(
      [first?.type, first?.service, first?.text],
      ['extended_service_message', 'Tributary', 'Opened “Hello” · 23 Nov 2026, 21:04:0 UTC'],
    );
    assert.equal(outcomes[0]?.done && outcomes[0].reference, String(first?.id));
  });

  test('at most fifty go into one request', async () => {
    await account.write(Array.from({ length: 120 }, (_, i) => due(noteTo(deal(), i), i)));
    assert.deepEqual(posts(), ['POST /leads/notes', 'POST /leads/notes', 'POST /leads/notes']);
    assert.equal(texts().length, 120);
  });

  test('fields of one deal become one item, the latest value of each wins, and all are done', async () => {
    const outcomes = await account.write([
      due(activity(deal(), 'Opened, later', 9), 1),
      due(activity(deal(), 'Opened, earlier', 3), 2),
      due(status(deal(), 'Unsubscribed', 5), 3),
      due(status(deal(1), 'Bounced', 5), 4),
    ]);
    assert.deepEqual(outcomes.map(({ id, done }) => [id, done]).sort(), [
      ['1', true],
      ['2', true],
      ['3', true],
      ['4', true],
    ]);
    assert.deepEqual(
      posts().filter((request) => request.endsWith('/leads')),
      ['PATCH /leads'],
    );
    assert.deepEqual(fieldsOf(), { 'Email activity': 'Opened, later', 'Email status': 'Unsubscribed' });
    assert.deepEqual(fieldsOf(1), { 'Email status': 'Bounced' });
  });

  test('only the fields meant are sent: what somebody changes at the same time stays', async () => {
    account.sandbox.updateLead(deal(), { price: 7, customFields: { Seats: 20 } });
    await account.write([due(status(deal(), 'Subscribed'), 1)]);
    assert.deepEqual(fieldsOf(), { Seats: 20, 'Email status': 'Subscribed' });
    assert.equal(account.sandbox.lead(deal())?.price, 7);
  });

  test('a write that comes late, after a newer one, does not undo it', async () => {
    await account.write([due(status(deal(), 'Unsubscribed', 9), 1)]);
    const [late] = await account.write([due(status(deal(), 'Subscribed', 3), 2, true)]);
    assert.equal(late?.done, true);
    assert.deepEqual(fieldsOf(), { 'Email status': 'Unsubscribed' });
  });

  test('a task is for whoever is responsible now', async () => {
    const [, user] = account.sandbox.users();
    account.sandbox.updateLead(deal(), { responsibleUserId: user?.id ?? 0 });
    const [outcome] = await account.write([due(taskOn(deal()), 1)]);
    const [made] = account.sandbox.tasks(deal());
    assert.deepEqual([made?.text, made?.responsibleUserId, made?.type], ['Call Anna', user?.id, 'follow-up']);
    assert.deepEqual(made?.due, new Date(1_795_000_000_000));
    assert.equal(outcome?.done && outcome.reference, String(made?.id));
  });

  test('a deal that is gone fails alone, for each kind, with a reason people understand', async () => {
    const gone = 999;
    const outcomes = await account.write([
      ...[due(noteTo(deal(), 1), 'n1'), due(noteTo(gone, 1), 'n2'), due(noteTo(deal(1), 1), 'n3')],
      ...[due(status(deal(), 'Bounced'), 'f1'), due(status(gone, 'Bounced'), 'f2')],
      ...[due(taskOn(gone), 't1'), due(taskOn(deal()), 't2')],
    ]);
    const failed = outcomes.flatMap((outcome) => (outcome.done ? [] : [[outcome.id, outcome.why]]));
    assert.deepEqual(
      failed.sort(),
      ['f2', 'n2', 't1'].map((id) => [id, 'the deal 999 is no longer there']),
    );
    assert.deepEqual([texts().length, texts(1).length, account.sandbox.tasks(deal()).length], [1, 1, 1]);
    assert.equal(outcomes.length, 7);
  });

  test('a refusal that does not say whom it is about is narrowed down to one', async () => {
    account.intercept(({ method, url, body }) =>
      method === 'POST' && url.endsWith('/leads/notes') && body?.includes('21:04:13')
        ? {
            status: 400,
            headers: { 'content-type': 'application/problem+json' },
            body: '{"detail":"Something is wrong"}',
          }
        : undefined,
    );
    const outcomes = await account.write([11, 12, 13, 14].map((n) => due(noteTo(deal(), n), n)));
    assert.deepEqual(
      outcomes.flatMap((outcome) => (outcome.done ? [] : [outcome])),
      [{ id: '13', done: false, why: 'Kommo refused it: Something is wrong (400)' }],
    );
    assert.equal(texts().length, 3);
  });

  test('a field that somebody deleted is made again, once, and filled in', async () => {
    await account.write([due(status(deal(), 'Subscribed', 1), 1), due(activity(deal(), 'Opened', 1), 2)]);
    await deleteField(account, 'Email status');
    const outcomes = await account.write([
      due(status(deal(), 'Unsubscribed', 2), 3),
      due(activity(deal(1), 'Opened', 2), 4),
    ]);
    assert.deepEqual(
      outcomes.map(({ done }) => done),
      [true, true],
    );
    assert.deepEqual([fieldsOf()['Email status'], fieldsOf(1)['Email activity']], ['Unsubscribed', 'Opened']);
  });

  test('a field of a type that holds no text fails with the reason, and the other is written', async () => {
    await account.close();
    const { defaultSeed } = await import('@tributary/kommo-sandbox');
    account = await openAccount({
      seed: { ...defaultSeed, fields: [{ id: 1, owner: 'leads', name: 'Email activity', type: 'numeric' }] },
    });
    const { id } = account.sandbox.addLead({ name: 'Deal' });
    const outcomes = await account.write([due(activity(id, 'Opened'), 1), due(status(id, 'Bounced'), 2)]);
    assert.deepEqual(outcomes, [
      {
        id: '1',
        done: false,
        why: 'the deal field “Email activity” holds numbers, such as 12500 or 12.5; “Opened” is not',
      },
      { id: '2', done: true, reference: String(id) },
    ]);
  });

  test('a responsible user who is gone costs the owner, not the task', async () => {
    account.intercept(({ method, url, body }) =>
      method === 'POST' && url.endsWith('/tasks') && body?.includes('responsible_user_id')
        ? {
            status: 400,
            headers: { 'content-type': 'application/problem+json' },
            body: JSON.stringify({
              'validation-errors': [
                {
                  request_id: 'w-1',
                  errors: [{ code: 'NotSupportedChoice', path: 'responsible_user_id', detail: 'x' }],
                },
              ],
            }),
          }
        : undefined,
    );
    const [outcome] = await account.write([due(taskOn(deal()), 1)]);
    assert.equal(outcome?.done, true);
    assert.equal(account.sandbox.tasks(deal()).length, 1);
  });
});

async function deleteField(account: Account, name: string): Promise<void> {
  const headers = { authorization: `Bearer ${account.sandbox.token}` };
  const url = `${account.sandbox.url}/api/v4/leads/custom_fields`;
  const { _embedded } = (await (await fetch(`${url}?limit=250`, { headers })).json()) as {
    _embedded: { custom_fields: { id: number; name: string }[] };
  };
  const field = _embedded.custom_fields.find((one) => one.name === name);
  assert.equal((await fetch(`${url}/${field?.id}`, { method: 'DELETE', headers })).status, 204);
}
