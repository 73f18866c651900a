import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { realHttp } from '@tributary/connector-kit/testing';
import type { IntakeItem } from '@tributary/model';
import { type Account, due, fieldOn, leadHint, noteTo, openAccount, second, taskOn } from '../../test/support.ts';
import { provides } from '../provides.ts';
import { writeOf } from '../speech/writes.ts';

const minute = 60_000;
let addresses = 0;

/** What is told of a deal in a reading: the activity, whose, and the deal the person shows after it. */
const told = (items: readonly IntakeItem[]) =>
  items.map(({ activity, fields, existingOnly }) => ({
    what: activity?.id,
    who: fields['str:cm:kommo-contact-id'],
    lead: activity?.attributes['str:cm:lead-id'],
    shows: fields['str:cm:kommo-lead-id'],
    ...(existingOnly ? { existingOnly } : {}),
  }));

describe('a deal that somebody has no longer', () => {
  let account: Account;

  before(async () => {
    account = await openAccount();
    await account.session.setUp(account.webhookUrl);
  });
  after(() => account.close());
  beforeEach(async () => {
    await account.hooks();
    account.renew();
    account.advance(20 * minute);
    account.logged.length = 0;
    account.sandbox.clearLogs();
  });

  async function seenDeal(name = 'Larkspur for Petrova') {
    addresses += 1;
    const contact = { first_name: 'Anna', email: `anna${addresses}@example.com` };
    const deal = account.sandbox.addLead({ name, price: 12_000, contact });
    await account.read();
    account.advance(20 * minute);
    account.sandbox.clearLogs();
    return { ...deal, contactId: deal.contacts[0]!.id, email: contact.email };
  }

  test('one that is deleted is told of its person, as it was last seen, once', async () => {
    const deal = await seenDeal();
    account.sandbox.deleteLead(deal.id);
    const hooks = await account.hooks();
    assert.deepEqual(hooks[0]?.said.action, 'delete');
    const { items } = await account.read(hooks);
    assert.deepEqual(items, [
      {
        who: { by: ['str::email', 'str:cm:kommo-contact-id'] },
        fields: {
          'str::email': deal.email,
          'str::first': 'Anna',
          'str:cm:kommo-contact-id': String(deal.contactId),
          'str:cm:kommo-lead-id': null,
          'str:cm:kommo-stage': null,
          'str:cm:kommo-pipeline': null,
          'int:cm:kommo-deal-value': null,
        },
        source: 'Kommo',
        strategy: 2,
        lenient: true,
        existingOnly: true,
        activity: {
          id: 'act:cm:crm-deal-deleted',
          attributes: {
            'str:cm:lead-id': String(deal.id),
            'str:cm:lead-name': 'Larkspur for Petrova',
            'str:cm:stage': 'New lead',
            'str:cm:pipeline': 'Sales',
            'int:cm:deal-value': 12_000_000,
            'str:cm:responsible-user-id': String(deal.responsibleUserId),
          },
          at: account.now(),
          key: `kommo:${deal.id}:deleted:${Math.floor(account.now().getTime() / 1000)}`,
        },
      },
    ]);
    assert.ok(provides.activities.some(({ name }) => name === 'CRM deal deleted'));
    account.sandbox.clearLogs();
    assert.deepEqual(await account.read(hooks), { items: [], remember: [] });
    assert.deepEqual(account.requests(), []);
  });

  test('hooks that are late do not bring it back, and looking for what was missed tells nothing twice', async () => {
    await account.caughtUp();
    const deal = await seenDeal();
    account.sandbox.moveLead(deal.id, account.sandbox.stage('Qualification').statusId);
    const late = await account.hooks();
    account.sandbox.deleteLead(deal.id);
    assert.deepEqual(
      told((await account.read()).items).map(({ what }) => what),
      ['act:cm:crm-deal-deleted'],
    );
    assert.deepEqual((await account.read(late)).items, []);
    assert.deepEqual(await account.caughtUp(), []);
    assert.deepEqual(await account.caughtUp(), []);
  });

  test('a deletion that no webhook told of is found among the events, with its moment', async () => {
    await account.caughtUp();
    const deal = await seenDeal();
    account.sandbox.deleteLead(deal.id);
    const deletedAt = account.now();
    await account.hooks();
    account.advance(5 * minute);
    const items = await account.caughtUp();
    assert.deepEqual(
      told(items).filter(({ lead }) => lead === String(deal.id)),
      [
        {
          ...{ what: 'act:cm:crm-deal-deleted', who: String(deal.contactId) },
          ...{ lead: String(deal.id), shows: null, existingOnly: true },
        },
      ],
    );
    assert.equal((items[0]!.activity!.at as Date).getTime(), Math.floor(deletedAt.getTime() / 1000) * 1000);
  });

  test('a hook that says deleted of a deal that is there is late, and nothing', async () => {
    const deal = await seenDeal();
    account.sandbox.deleteLead(deal.id);
    const late = await account.hooks();
    account.sandbox.restoreLead(deal.id);
    await account.hooks();
    assert.deepEqual((await account.read(late)).items, []);
  });

  test('one that Kommo lists as deleted is deleted, though no hook says so', async () => {
    const deal = await seenDeal();
    account.intercept(async (request) => {
      if (request.method !== 'GET' || !/\/leads\?.*filter/.test(request.url)) return undefined;
      const answer = await realHttp(request);
      return { ...answer, body: answer.body.replaceAll('"is_deleted":false', '"is_deleted":true') };
    });
    try {
      const { items } = await account.read([leadHint(deal.id)]);
      assert.deepEqual(
        items.map(({ activity }) => activity?.id),
        ['act:cm:crm-deal-deleted'],
      );
    } finally {
      account.intercept(undefined);
    }
  });

  test('one that is restored is read again: its person shows it again, and its next move is told', async () => {
    const deal = await seenDeal();
    account.sandbox.deleteLead(deal.id);
    await account.read();
    account.advance(minute);
    account.sandbox.restoreLead(deal.id);
    assert.deepEqual(told((await account.read()).items), [
      { what: undefined, who: String(deal.contactId), lead: undefined, shows: String(deal.id) },
    ]);
    account.advance(minute);
    account.sandbox.moveLead(deal.id, account.sandbox.stage('Qualification').statusId);
    assert.deepEqual(
      told((await account.read()).items).map(({ what }) => what),
      ['act:cm:crm-stage-changed'],
    );
    account.sandbox.deleteLead(deal.id);
    assert.deepEqual(
      told((await account.read()).items).map(({ what }) => what),
      ['act:cm:crm-deal-deleted'],
      'and deleted again is told again',
    );
  });

  test('who has another deal shows that one then', async () => {
    const deal = await seenDeal();
    const other = account.sandbox.addLead({ name: 'Another', price: 700 });
    account.sandbox.setMainContact(other.id, deal.contactId);
    await account.read();
    account.advance(20 * minute);
    account.sandbox.deleteLead(deal.id);
    const [item] = (await account.read()).items;
    assert.deepEqual(
      [item?.fields['str:cm:kommo-lead-id'], item?.fields['int:cm:kommo-deal-value']],
      [String(other.id), 700_000],
    );
  });

  test('one that nobody knew of is nothing, and asks for nothing', async () => {
    assert.deepEqual(await account.read([leadHint(999_998, { action: 'delete' })]), { items: [], remember: [] });
    assert.equal(account.requests().includes('GET /leads'), false);
  });

  test('what waits for a deleted deal is closed with the reason, and written again once it is restored', async () => {
    const deal = await seenDeal();
    account.sandbox.deleteLead(deal.id);
    await account.read();
    account.renew();
    account.sandbox.clearLogs();
    const writes = () => [
      ...[due(noteTo(deal.id, 11), 'n'), due(fieldOn(deal.id, 'Email status', 'Bounced'), 'f', true)],
      ...[due(taskOn(deal.id), 't'), due(writeOf('stage', { kind: 'lead', id: String(deal.id) }, toWon), 's')],
    ];
    const why = `the deal ${deal.id} was deleted in Kommo`;
    assert.deepEqual(
      await account.write(writes()),
      ['n', 'f', 't', 's'].map((id) => ({ id, done: false, moot: true, why })),
    );
    assert.deepEqual(account.requests(), []);
    account.sandbox.restoreLead(deal.id);
    await account.read();
    assert.deepEqual(
      (await account.write(writes())).map(({ done }) => done),
      [true, true, true, true],
    );
  });
  const toWon = { stage: 'Closed - won', reopen: false, at: second(11) };

  test('a deal with another main contact is told of who was it, and is shown by who is it', async () => {
    const deal = await seenDeal();
    const boris = account.sandbox.addContact({ first_name: 'Boris', email: `boris${addresses}@example.com` });
    account.advance(minute);
    account.sandbox.setMainContact(deal.id, boris.id);
    const hooks = await account.hooks();
    const shared = { lead: String(deal.id), who: String(deal.contactId), shows: null };
    assert.deepEqual(told((await account.read(hooks)).items), [
      { what: undefined, who: String(boris.id), lead: undefined, shows: String(deal.id) },
      { what: 'act:cm:crm-deal-passed-on', ...shared, existingOnly: true },
    ]);
    assert.deepEqual((await account.read(hooks)).items, []);
  });

  test('two contacts with one e-mail are one person, who keeps the deal', async () => {
    const deal = await seenDeal();
    const twin = account.sandbox.addContact({ first_name: 'Anna', email: deal.email });
    await account.read();
    account.advance(minute);
    account.sandbox.setMainContact(deal.id, twin.id);
    assert.deepEqual(
      told((await account.read()).items).map(({ what }) => what),
      [undefined],
    );
  });

  test('a contact that is deleted keeps its person; its deals say so when they change, and nothing is written to it', async () => {
    const deal = await seenDeal();
    account.sandbox.deleteContact(deal.contactId);
    assert.deepEqual((await account.read()).items, []);
    const note = writeOf('note', { kind: 'contact', id: String(deal.contactId) }, { text: 'Hello', at: second(1) });
    const why = `the contact ${deal.contactId} was deleted in Kommo`;
    assert.deepEqual(await account.write([due(note, 'c')]), [{ id: 'c', done: false, moot: true, why }]);
    account.advance(minute);
    account.sandbox.moveLead(deal.id, account.sandbox.stage('Qualification').statusId);
    const [item, ...more] = (await account.read()).items;
    assert.deepEqual(more, []);
    assert.deepEqual(told([item!]), [
      {
        ...{ what: 'act:cm:crm-deal-passed-on', who: String(deal.contactId), lead: String(deal.id) },
        ...{ shows: null, existingOnly: true },
      },
    ]);
    account.sandbox.restoreContact(deal.contactId);
    await account.read();
    assert.deepEqual(
      (await account.write([due(note, 'c')])).map(({ done }) => done),
      [true],
    );
  });
});
