import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { NeedsReconnect } from '@tributary/connector-kit';
import { defaultSeed, type SeedField } from '@tributary/kommo-sandbox';
import { type Account, openAccount, secret } from '../../test/support.ts';
import { kommo } from '../index.ts';
import { events } from './subscription.ts';

const withFields = (...fields: SeedField[]) => ({
  seed: { ...defaultSeed, fields: [...(defaultSeed.fields ?? []), ...fields] },
});

/** An account for this test alone: they all wait for Kommo's second, and wait together. */
async function open(t: TestContext, o: Parameters<typeof openAccount>[0] = {}): Promise<Account> {
  const account = await openAccount(o);
  t.after(() => account.close());
  return account;
}

async function emailFields(account: Account) {
  const response = await fetch(`${account.sandbox.url}/api/v4/leads/custom_fields?limit=250`, {
    headers: { authorization: `Bearer ${account.sandbox.token}` },
  });
  const body = (await response.json()) as {
    _embedded: { custom_fields: { name: string; type: string; enums: { value: string }[] | null }[] };
  };
  return body._embedded.custom_fields.filter((field) => field.name.startsWith('Email'));
}

describe('setting up an account', { concurrency: true }, () => {
  test('both fields and the webhook are made, and said in words', async (t) => {
    const account = await open(t);
    const report = await account.session.setUp(account.webhookUrl);
    assert.deepEqual(report.account, { id: String(account.sandbox.accountId), name: 'Larkspur Software' });
    assert.deepEqual(report.made, ['The deal field “Email activity”', 'The deal field “Email status”', 'The webhook']);
    assert.deepEqual(report.warnings, []);
    assert.deepEqual(account.sandbox.webhooks(), [
      { destination: account.webhookUrl, settings: [...events], disabled: false },
    ]);
    const fields = await emailFields(account);
    assert.deepEqual(
      fields.map(({ name, type, enums }) => [name, type, enums?.map(({ value }) => value) ?? null]),
      [
        ['Email activity', 'text', null],
        ['Email status', 'select', ['Subscribed', 'Unsubscribed', 'Bounced']],
      ],
    );
  });

  test('repeated, it finds everything and makes nothing', async (t) => {
    const account = await open(t);
    await account.session.setUp(account.webhookUrl);
    account.renew();
    const report = await account.session.setUp(account.webhookUrl);
    assert.deepEqual(report.made, []);
    assert.ok(
      report.found.includes('The webhook') && report.found.includes('The deal field “Email status”'),
      report.found.join(),
    );
    assert.equal((await emailFields(account)).length, 2);
    assert.equal(account.sandbox.webhooks().length, 1);
  });

  test('a field that somebody made is used, gets the options it lacks and keeps the ones it has', async (t) => {
    const account = await open(
      t,
      withFields({
        id: 1,
        owner: 'leads',
        name: 'email status',
        type: 'radiobutton',
        enums: [
          { id: 11, value: 'unsubscribed' },
          { id: 12, value: 'VIP' },
        ],
      }),
    );
    const report = await account.session.setUp(account.webhookUrl);
    assert.ok(report.made.includes('“Subscribed”, “Bounced” in the deal field “email status”'), report.made.join());
    assert.deepEqual(
      (await emailFields(account)).map(({ name }) => name),
      ['Email activity'],
      'and no second one is made',
    );
    const response = await fetch(`${account.sandbox.url}/api/v4/leads/custom_fields/1`, {
      headers: { authorization: `Bearer ${account.sandbox.token}` },
    });
    const field = (await response.json()) as { enums: { id: number; value: string }[] };
    assert.deepEqual(
      field.enums.slice(0, 2).map(({ id, value }) => [id, value]),
      [
        [11, 'unsubscribed'],
        [12, 'VIP'],
      ],
    );
    assert.deepEqual(
      field.enums.slice(2).map(({ value }) => value),
      ['Subscribed', 'Bounced'],
    );
  });

  test('a webhook with another list of events, or one that Kommo switched off, is made anew', async (t) => {
    const account = await open(t);
    await subscribe(account, account.webhookUrl, ['add_lead']);
    assert.deepEqual((await account.session.setUp(account.webhookUrl)).made.at(-1), 'The webhook');
    assert.deepEqual(account.sandbox.webhooks()[0]?.settings, [...events]);

    account.intercept(({ method, url }) =>
      method === 'GET' && url.endsWith('/webhooks')
        ? {
            status: 200,
            headers: { 'content-type': 'application/hal+json' },
            body: JSON.stringify({
              _embedded: { webhooks: [{ destination: account.webhookUrl, settings: events, disabled: true }] },
            }),
          }
        : undefined,
    );
    account.renew();
    account.sandbox.clearLogs();
    const report = await account.session.setUp(account.webhookUrl);
    assert.equal(report.made.at(-1), 'The webhook, which Kommo had switched off');
    assert.deepEqual(account.requests().slice(-2), ['DELETE /webhooks', 'POST /webhooks']);
  });

  test('our webhook at a former address is removed; those of others are left alone', async (t) => {
    const account = await open(t);
    await subscribe(account, `https://old.example/hooks/kommo/${secret}`, [...events]);
    await subscribe(account, 'https://other.example/hooks/kommo', ['add_lead']);
    await subscribe(account, 'https://other.example/hooks/kommo/another-secret-of-24-char', ['add_lead']);
    const report = await account.session.setUp(account.webhookUrl);
    assert.deepEqual(report.removed, [`The webhook to the former address https://old.example/hooks/kommo/${secret}`]);
    assert.doesNotMatch(report.made.join(), /former/);
    assert.deepEqual(
      account.sandbox
        .webhooks()
        .map(({ destination }) => destination)
        .sort(),
      [
        account.webhookUrl,
        'https://other.example/hooks/kommo',
        'https://other.example/hooks/kommo/another-secret-of-24-char',
      ].sort(),
    );
  });

  test('a webhook to our address with a secret of a database before this one is removed: it is answered with 404', async (t) => {
    const account = await open(t);
    const before = account.webhookUrl.replace(secret, 'of-a-database-that-was-thrown-away');
    await subscribe(account, before, [...events]);
    const report = await account.session.setUp(account.webhookUrl);
    assert.deepEqual(report.removed, [`The webhook to the former address ${before}`]);
    assert.deepEqual(
      account.sandbox.webhooks().map(({ destination }) => destination),
      [account.webhookUrl],
    );
  });

  test("an address that does not end in a secret is nobody else's by its last word", async (t) => {
    const account = await open(t);
    await subscribe(account, 'https://other.example/hooks/kommo', ['add_lead']);
    await account.session.setUp(account.webhookUrl.replace(`/${secret}`, ''));
    assert.equal(account.sandbox.webhooks().length, 2);
  });

  test('an event that this account does not take is left out, and the user told what is missed', async (t) => {
    const account = await open(t, { seed: { ...defaultSeed, refusedSettings: ['restore_lead', 'delete_contact'] } });
    const report = await account.session.setUp(account.webhookUrl);
    assert.deepEqual(report.warnings, [
      'Kommo does not take the event restore_lead: deals that are restored are seen only when they change.',
      'Kommo does not take the event delete_contact: contacts that are deleted are noticed within ten minutes, not at once.',
    ]);
    assert.deepEqual(account.sandbox.webhooks()[0]?.settings.includes('status_lead'), true);
    assert.equal(account.sandbox.webhooks()[0]?.settings.includes('restore_lead'), false);
    account.sandbox.clearLogs();
    const again = await account.session.setUp(account.webhookUrl);
    assert.deepEqual([again.made, again.warnings], [[], report.warnings], 'and it is not made anew at every look');
    assert.equal(account.requests().includes('POST /webhooks'), false);
  });

  for (const [status, words] of [
    [402, /plan/],
    [403, /administrator/],
  ] as const) {
    test(`a ${status} for the webhook is a warning that says what to do`, async (t) => {
      const account = await open(t);
      account.intercept(({ method, url }) =>
        method === 'POST' && url.endsWith('/webhooks')
          ? { status, headers: { 'content-type': 'application/problem+json' }, body: '{}' }
          : undefined,
      );
      const report = await account.session.setUp(account.webhookUrl);
      assert.equal(report.warnings.length, 1);
      assert.match(report.warnings[0] ?? '', words);
    });
  }

  test('a field that can not be made is a warning, and the webhook is made all the same', async (t) => {
    const account = await open(t);
    account.intercept(({ method, url }) =>
      method === 'POST' && url.endsWith('/custom_fields')
        ? { status: 403, headers: { 'content-type': 'application/problem+json' }, body: '{"detail":"no rights"}' }
        : undefined,
    );
    const report = await account.session.setUp(account.webhookUrl);
    assert.match(report.warnings[0] ?? '', /“Email activity” could not be made \(no rights, 403\)/);
    assert.deepEqual(report.made, ['The webhook']);
  });

  test('a wrong token needs a person', async (t) => {
    const account = await open(t);
    const tools = { http: account.http, now: account.now, log: () => undefined };
    const session = kommo.open({ url: account.sandbox.url, token: 'wrong' }, tools);
    await assert.rejects(session.setUp(account.webhookUrl), NeedsReconnect);
  });
});

async function subscribe(account: Account, destination: string, settings: string[]): Promise<void> {
  const response = await fetch(`${account.sandbox.url}/api/v4/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.sandbox.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ destination, settings }),
  });
  assert.equal(response.status, 200);
}
