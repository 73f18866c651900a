import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { HttpResponse } from '@tributary/connector-kit';
import { customActivityId, customFieldId, type IntakeItem } from '@tributary/model';
import { type Account, leadHint, openAccount } from '../../test/support.ts';
import { provides } from '../provides.ts';

const anna = { first_name: 'Anna', last_name: 'Petrova', email: 'anna@example.com', phone: '+49 151 2345678' };
const minute = 60_000;
const attributesOf = (item: IntakeItem | undefined) => item?.activity?.attributes ?? {};

describe('what happens in Kommo', () => {
  let account: Account;

  before(async () => {
    account = await openAccount();
    await account.session.setUp(account.webhookUrl);
  });
  after(() => account.close());
  beforeEach(async () => {
    await account.hooks();
    account.renew();
    // Quiet for long enough that no write and no contact of the test before is fresh.
    account.advance(20 * minute);
    account.logged.length = 0;
    account.sandbox.clearLogs();
  });

  /** A deal that has been seen already. */
  async function seenDeal(contact: Record<string, string> = anna, name = 'Larkspur for Petrova') {
    const deal = account.sandbox.addLead({ name, price: 12_000, contact });
    await account.read();
    account.advance(20 * minute);
    account.sandbox.clearLogs();
    return deal;
  }
  const move = (id: number, stage: string) => account.sandbox.moveLead(id, account.sandbox.stage(stage).statusId);

  test('a deal moved to Qualification is told of its main contact, once, with both stages', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    const { items } = await account.read();
    const moved = account.sandbox.lead(deal.id);
    assert.deepEqual(items, [
      {
        who: { by: ['str::email', 'str:cm:kommo-contact-id'] },
        fields: {
          'str::email': 'anna@example.com',
          'str::first': 'Anna',
          'str::last': 'Petrova',
          'phn::phone': { phone: '+49 151 2345678', parse_with_country_code: true },
          'str:cm:kommo-contact-id': String(deal.contacts[0]?.id),
          'str:cm:kommo-lead-id': String(deal.id),
          'str:cm:kommo-stage': 'Qualification',
          'str:cm:kommo-pipeline': 'Sales',
          'int:cm:kommo-deal-value': 12_000_000,
        },
        source: 'Kommo',
        strategy: 2,
        lenient: true,
        activity: {
          id: 'act:cm:crm-stage-changed',
          attributes: {
            'str:cm:lead-id': String(deal.id),
            'str:cm:lead-name': 'Larkspur for Petrova',
            'str:cm:stage': 'Qualification',
            'str:cm:previous-stage': 'New lead',
            'str:cm:pipeline': 'Sales',
            'int:cm:deal-value': 12_000_000,
            'str:cm:responsible-user-id': String(deal.responsibleUserId),
          },
          at: moved?.updatedAt,
          key: `kommo:${deal.id}:${moved?.pipelineId}:${moved?.statusId}:${(moved?.updatedAt.getTime() ?? 0) / 1000}`,
        },
      },
    ]);
    const custom = [...Object.keys(items[0]?.fields ?? {}), ...Object.keys(attributesOf(items[0]))];
    const known = [...provides.fields, ...(provides.activities[0]?.attributes ?? [])];
    assert.deepEqual(
      custom.filter((id) => id.includes(':cm:')).sort(),
      known.map(({ name, type }) => customFieldId(name, type)).sort(),
      'what the connector provides is what it uses',
    );
    assert.equal(customActivityId(provides.activities[0]?.name ?? ''), items[0]?.activity?.id);
  });

  test('the same webhook again, and the update that comes with each move, give nothing and ask nothing', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    const hooks = await account.hooks();
    assert.deepEqual(hooks.map(({ said }) => said.action).sort(), ['status', 'update']);
    assert.equal((await account.read(hooks.slice(0, 1))).items.length, 1);
    account.sandbox.clearLogs();
    const later = [...hooks.slice(1), ...hooks, ...hooks];
    assert.deepEqual(await account.read(later), { items: [], remember: [] });
    assert.deepEqual(account.requests(), []);
  });

  test('many hooks of one deal in one go are one request for it', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    account.advance(1_000);
    move(deal.id, 'Proposal sent');
    const { items } = await account.read();
    assert.equal(items.length, 1);
    assert.equal(attributesOf(items[0])['str:cm:stage'], 'Proposal sent');
    assert.equal(attributesOf(items[0])['str:cm:previous-stage'], 'New lead');
    assert.equal(account.requests().filter((request) => request === 'GET /leads').length, 1);
  });

  test('two moves within the second of a time stamp are both seen, and one comes after the other', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    const [first] = (await account.read()).items;
    move(deal.id, 'Proposal sent');
    const [second] = (await account.read()).items;
    assert.equal(attributesOf(second)['str:cm:previous-stage'], 'Qualification');
    const { updatedAt } = account.sandbox.lead(deal.id)!;
    assert.deepEqual(
      [first, second].map((item) => (item!.activity!.at as Date).getTime() - updatedAt.getTime()),
      [0, 1],
    );
    assert.match(second!.activity!.key!, new RegExp(`:${updatedAt.getTime() / 1000}$`), 'its name is Kommo’s second');
  });

  test('a hook that comes late finds what Kommo says now, and tells nothing twice', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    const late = await account.hooks();
    account.advance(1_000);
    move(deal.id, 'Negotiation');
    assert.equal(attributesOf((await account.read()).items[0])['str:cm:stage'], 'Negotiation');
    assert.deepEqual((await account.read(late)).items, []);
  });

  test('a lost stage hook is made good by the update that comes with it', async () => {
    const deal = await seenDeal();
    account.sandbox.faults.set({ dropNext: 1 });
    move(deal.id, 'Qualification');
    const hooks = await account.hooks();
    assert.deepEqual(
      hooks.map(({ said }) => said.action),
      ['update'],
    );
    assert.equal(attributesOf((await account.read(hooks)).items[0])['str:cm:stage'], 'Qualification');
  });

  test('a deal made right in Qualification is told of with no stage before', async () => {
    const { statusId } = account.sandbox.stage('Qualification');
    account.sandbox.addLead({ name: 'Straight in', statusId, contact: { ...anna, email: 'straight@example.com' } });
    const { items } = await account.read();
    assert.equal(items.length, 1, 'the contact that was made with it is the same person, told once');
    assert.equal(attributesOf(items[0])['str:cm:stage'], 'Qualification');
    assert.equal(attributesOf(items[0])['str:cm:previous-stage'], '');
  });

  test('a deal never seen that moves comes from where its hook says', async () => {
    account.sandbox.addLead({ name: 'Old deal', contact: { ...anna, email: 'old@example.com' } });
    await account.hooks();
    const deal = account.sandbox.leads().at(-1);
    move(deal?.id ?? 0, 'Negotiation');
    const { items } = await account.read();
    assert.equal(attributesOf(items[0])['str:cm:previous-stage'], 'New lead');
  });

  test('the first edit of a deal never seen starts nothing: it may have been in its stage for years', async () => {
    const deal = account.sandbox.addLead({ name: 'Older deal', contact: { ...anna, email: 'older@example.com' } });
    await account.hooks();
    account.sandbox.updateLead(deal.id, { price: 5 });
    const { items } = await account.read();
    assert.equal(items.length, 1);
    assert.equal(items[0]?.activity, undefined);
    assert.equal(items[0]?.fields['str:cm:kommo-stage'], 'New lead');
    account.advance(1_000);
    move(deal.id, 'Qualification');
    assert.equal(attributesOf((await account.read()).items[0])['str:cm:previous-stage'], 'New lead');
  });

  test('a new value changes the person and is no change of stage; a new owner changes nobody', async () => {
    const deal = await seenDeal();
    account.sandbox.updateLead(deal.id, { price: 15_000 });
    const { items } = await account.read();
    assert.deepEqual(
      items.map((item) => [item.fields['int:cm:kommo-deal-value'], item.activity]),
      [[15_000_000, undefined]],
    );
    account.advance(1_000);
    account.sandbox.updateLead(deal.id, { responsibleUserId: account.sandbox.users()[1]?.id ?? 0 });
    assert.deepEqual((await account.read()).items, []);
  });

  test('a move to another pipeline with a stage of the same id, such as lost, is a move', async () => {
    const deal = await seenDeal();
    const lost = (pipeline: string) => account.sandbox.stage('Closed - lost', pipeline);
    account.sandbox.moveLead(deal.id, lost('Sales').statusId, lost('Sales').pipelineId);
    await account.read();
    account.advance(1_000);
    account.sandbox.moveLead(deal.id, lost('Renewals').statusId, lost('Renewals').pipelineId);
    const { items } = await account.read();
    assert.equal(attributesOf(items[0])['str:cm:pipeline'], 'Renewals');
    assert.equal(attributesOf(items[0])['str:cm:previous-stage'], 'Closed - lost');
  });

  test('a contact read a moment ago is not read again for its deal; after ten minutes it is', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    await account.read();
    account.sandbox.clearLogs();
    account.advance(9 * minute);
    move(deal.id, 'Proposal sent');
    const { items } = await account.read();
    assert.equal(items[0]?.fields['str::first'], 'Anna');
    assert.deepEqual(
      account.requests().filter((request) => request === 'GET /contacts'),
      [],
    );
    account.renew();
    account.advance(2 * minute);
    move(deal.id, 'Negotiation');
    await account.read();
    assert.equal(account.requests().filter((request) => request === 'GET /contacts').length, 1);
  });

  test('a contact that a hook names is read again, however fresh, and its person merged; unchanged it is not', async () => {
    const deal = await seenDeal();
    const contactId = deal.contacts[0]?.id ?? 0;
    move(deal.id, 'Qualification');
    await account.read();
    account.sandbox.updateContact(contactId, { first_name: 'Anne', email: 'anne@example.com' });
    const hooks = await account.hooks();
    const { items } = await account.read(hooks);
    assert.deepEqual(items, [
      {
        who: { by: ['str::email', 'str:cm:kommo-contact-id'] },
        fields: {
          'str::email': 'anne@example.com',
          'str::first': 'Anne',
          'str::last': 'Petrova',
          'phn::phone': { phone: '+49 151 2345678', parse_with_country_code: true },
          'str:cm:kommo-contact-id': String(contactId),
        },
        source: 'Kommo',
        strategy: 2,
        lenient: true,
      },
    ]);
    assert.deepEqual((await account.read(hooks)).items, []);
  });

  test('a contact without an e-mail is found by its id, and looked at again for its next move', async () => {
    const deal = await seenDeal({ name: 'Boris Antonov Junior', phone: '8 495 123-45-67' });
    move(deal.id, 'Qualification');
    const { items } = await account.read();
    assert.deepEqual(items[0]?.who, { by: ['str:cm:kommo-contact-id'] });
    assert.equal(items[0]?.fields['str::first'], 'Boris');
    assert.equal(items[0]?.fields['str::last'], 'Antonov Junior');
    assert.equal('phn::phone' in (items[0]?.fields ?? {}), false, 'a number of no known country is left out');
    account.sandbox.updateContact(deal.contacts[0]?.id ?? 0, { email: 'boris@example.com' });
    await account.hooks();
    account.renew();
    account.advance(1_000);
    move(deal.id, 'Negotiation');
    assert.equal((await account.read()).items[0]?.fields['str::email'], 'boris@example.com');
  });

  test('a deal without a contact is told of when it gets one, from the stage it first left', async () => {
    const deal = account.sandbox.addLead({ name: 'Nobody yet' });
    const first = await account.read();
    assert.deepEqual(first.items, []);
    assert.equal(first.remember.length, 1);
    assert.match(account.logged.join(), /without a contact/);
    account.advance(1_000);
    move(deal.id, 'Qualification');
    assert.deepEqual((await account.read()).items, []);
    account.advance(1_000);
    await patchLead(account, deal.id, { _embedded: { contacts: [{ id: account.sandbox.contacts()[0]?.id }] } });
    const { items } = await account.read();
    assert.equal(attributesOf(items[0])['str:cm:stage'], 'Qualification');
    assert.equal(attributesOf(items[0])['str:cm:previous-stage'], '');
    assert.deepEqual((await account.read([leadHint(deal.id)])).items, []);
  });

  test('a deal that got its contact within the same second is told of by a hook that says nothing new', async () => {
    const deal = account.sandbox.addLead({ name: 'Nobody for a moment' });
    const hooks = await account.hooks();
    assert.deepEqual((await account.read(hooks)).items, []);
    await patchLead(account, deal.id, { _embedded: { contacts: [{ id: account.sandbox.contacts()[0]?.id }] } });
    assert.equal((await account.read(hooks)).items.length, 1);
  });

  test('REST that lags behind the hook is asked again, and what it says then counts', async () => {
    const deal = await seenDeal();
    const lag = (before: () => HttpResponse | undefined) =>
      account.intercept((request) => {
        if (!request.url.includes('/leads?')) return undefined;
        account.intercept(undefined);
        return before();
      });
    const url = `${account.sandbox.url}/api/v4/leads?filter[id][]=${deal.id}&with=contacts`;
    const stale = await account.http({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${account.sandbox.token}` },
    });
    move(deal.id, 'Qualification');
    lag(() => stale);
    assert.equal(attributesOf((await account.read()).items[0])['str:cm:stage'], 'Qualification');

    account.sandbox.addLead({ name: 'New', contact: { ...anna, email: 'new@example.com' } });
    lag(() => ({ status: 204, headers: {}, body: '' }));
    assert.equal(attributesOf((await account.read()).items[0])['str:cm:stage'], 'New lead');
  });

  test('a hook of another account is dropped', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    const hooks = await account.hooks();
    const foreign = hooks.map((hook) => ({ ...hook, said: { ...hook.said, account_id: '1' } }));
    account.sandbox.clearLogs();
    assert.deepEqual(await account.read(foreign), { items: [], remember: [] });
    assert.deepEqual(account.requests(), []);
    assert.equal((await account.read(hooks)).items.length, 1);
  });

  test('a deal that can not be read, or was never there, is nothing while nobody says that it was deleted', async () => {
    const deal = await seenDeal();
    account.sandbox.deleteLead(deal.id);
    assert.deepEqual(await account.read([leadHint(deal.id), leadHint(999_999)]), { items: [], remember: [] });
    assert.match(account.logged.join(), /can not be read/);
  });

  test('a moment in the future of our clock becomes now', async () => {
    const deal = await seenDeal();
    move(deal.id, 'Qualification');
    const hooks = await account.hooks();
    account.advance(-5 * minute);
    const { items } = await account.read(hooks);
    assert.deepEqual(items[0]?.activity?.at, account.now());
    account.advance(5 * minute);
  });

  test('long names are cut to what a text field takes, and addresses that are none are left out', async () => {
    const deal = await seenDeal({ name: 'x', email: 'not an address' }, '𝒜'.repeat(300));
    move(deal.id, 'Qualification');
    const { items } = await account.read();
    assert.equal([...String(attributesOf(items[0])['str:cm:lead-name'])].length, 255);
    assert.deepEqual(items[0]?.who, { by: ['str:cm:kommo-contact-id'] });
    assert.equal('str::email' in (items[0]?.fields ?? {}), false);
  });
});

describe('many deals at once', () => {
  test('600 deals are read in few requests, never more than seven a second, and told in the order they moved', async () => {
    const account = await openAccount({ requestsPerSecond: 7 });
    try {
      const ids: number[] = [];
      for (let i = 0; i < 600; i++) {
        account.advance(1_000);
        ids.push(account.sandbox.addLead({ name: `Deal ${i}`, contact: { email: `p${i}@example.com` } }).id);
      }
      const hints = ids.toReversed().map((id) => leadHint(id, { action: 'add' }));
      const { items } = await account.read(hints);
      assert.deepEqual(
        items.map((item) => item.fields['str:cm:kommo-lead-id']),
        ids.map(String),
      );
      assert.ok(account.requests().length <= 9, account.requests().join(', '));
      assert.deepEqual(
        account.sandbox.requests().filter(({ status }) => status !== 200),
        [],
      );
      for (const { path } of account.sandbox.requests()) assert.ok(path.length < 8_000);
    } finally {
      await account.close();
    }
  });
});

async function patchLead(account: Account, id: number, body: unknown): Promise<void> {
  const response = await fetch(`${account.sandbox.url}/api/v4/leads/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${account.sandbox.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
}
