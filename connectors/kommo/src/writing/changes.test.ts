import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { DueWrite, Write } from '@tributary/connector-kit';
import { defaultSeed, type LeadView } from '@tributary/kommo-sandbox';
import { type Account, due, fieldOn, lead, openAccount, second } from '../../test/support.ts';
import { writeOf } from '../speech/writes.ts';

const moveTo = (deal: number, stage: string, more: { pipeline?: string; reopen?: boolean; at?: number } = {}) => {
  const { at = 0, reopen = false, ...pipeline } = more;
  return writeOf('stage', lead(deal), { stage, ...pipeline, reopen, at: second(at) });
};
const giveTo = (deal: number, user: string, at = 0) => writeOf('responsible', lead(deal), { user, at: second(at) });
const onContact = (id: number, field: string, value: string | number | boolean) =>
  writeOf('field', { kind: 'contact', id: String(id) }, { field, value, at: second(0) });
const problem = (status: number, body: unknown) => ({
  ...{ status, body: JSON.stringify(body) },
  headers: { 'content-type': 'application/problem+json' },
});

describe('what journeys change of deals and contacts', () => {
  let account: Account;
  let deal: LeadView;
  let other: LeadView;

  beforeEach(async () => {
    account = await openAccount();
    deal = account.sandbox.addLead({ name: 'Deal', contact: { name: 'Anna' } });
    other = account.sandbox.addLead({ name: 'Other', contact: { name: 'Ben' } });
  });
  afterEach(() => account.close());
  const now = (one = deal) => account.sandbox.lead(one.id)!;
  const contactId = () => deal.contacts[0]!.id;
  const patches = () => account.requests().filter((request) => request.startsWith('PATCH'));
  const moves = (one = deal) =>
    account.sandbox.events(one.id).filter(({ type }) => type === 'lead_status_changed').length;
  const write = (...writes: Omit<Write, 'key'>[]) => account.write(writes.map((one, i) => due(one, i + 1)));
  const why = async (...writes: Omit<Write, 'key'>[]) =>
    (await write(...writes)).flatMap((outcome) => (outcome.done ? [] : [outcome.why]));

  test('fields, stage and responsible user of a deal are one item, and many deals one request', async () => {
    const outcomes = await write(
      ...[fieldOn(deal.id, 'Seats', 40), fieldOn(deal.id, '991902', 'enterprise'), moveTo(deal.id, 'negotiation')],
      ...[giveTo(deal.id, 'daniel.novak@larkspur.example'), fieldOn(other.id, 'UTM_SOURCE', 'mail')],
      ...[giveTo(other.id, 'Priya Shah'), fieldOn(deal.id, 'Email status', 'Subscribed')],
    );
    assert.deepEqual(
      outcomes.map(({ done }) => done),
      Array.from({ length: 7 }, () => true),
    );
    assert.deepEqual(patches(), ['PATCH /leads']);
    assert.partialDeepStrictEqual(now(), {
      ...{ status: 'Negotiation', responsibleUser: 'Daniel Novak' },
      customFields: { Seats: 40, Segment: 'Enterprise', 'Email status': 'Subscribed' },
    });
    assert.partialDeepStrictEqual(now(other), { responsibleUser: 'Priya Shah', customFields: { utm_source: 'mail' } });
  });

  test('each type of field on a deal', async () => {
    await write(
      ...[fieldOn(deal.id, 'Use case', 'Routing'), fieldOn(deal.id, 'Decision date', '2026-12-24')],
      ...[fieldOn(deal.id, 'Trial started', 'yes'), fieldOn(deal.id, 'Billing', 'Yearly')],
      fieldOn(deal.id, 'Products', 'Core, API access'),
    );
    assert.deepEqual(now().customFields, {
      ...{ 'Use case': 'Routing', 'Decision date': Date.UTC(2026, 11, 24, 12) / 1000 },
      ...{ 'Trial started': true, Billing: 'Yearly', Products: ['Core', 'API access'] },
    });
  });

  test('fields of a contact are one item of their own, and leave the others alone', async () => {
    account.sandbox.updateContact(contactId(), { customFields: { Position: 'CEO' } });
    const outcomes = await write(
      ...[onContact(contactId(), 'Role', 'decision maker'), onContact(contactId(), 'Interests', 'Webinars,Pricing')],
      ...[onContact(contactId(), 'Score', '7.5'), onContact(contactId(), 'Newsletter', true)],
    );
    assert.equal(
      outcomes.every(({ done }) => done),
      true,
    );
    assert.deepEqual(patches(), ['PATCH /contacts']);
    assert.deepEqual(account.sandbox.contacts()[0]?.customFields, {
      ...{ Position: 'CEO', Role: 'Decision maker', Interests: ['Webinars', 'Pricing'], Score: 7.5, Newsletter: true },
    });
  });

  test('a field named by name and by id is one field: the latest value wins', async () => {
    const outcomes = await write(fieldOn(deal.id, 'Seats', 9, 9), fieldOn(deal.id, '991903', 3, 3));
    assert.deepEqual([now().customFields.Seats, outcomes.every(({ done }) => done)], [9, true]);
    const [late] = await write(fieldOn(deal.id, 'Seats', 5, 5));
    assert.deepEqual(
      [late, now().customFields.Seats],
      [{ id: '1', done: true, reference: 'overtaken by a later one' }, 9],
    );
  });

  test('what is not there fails alone, with a reason people understand, and costs the rest nothing', async () => {
    const reasons = await why(
      ...[fieldOn(deal.id, 'Seetz', 1), fieldOn(deal.id, 'Seats', 'many'), fieldOn(deal.id, 'Segment', 'Tiny')],
      ...[onContact(contactId(), 'Seats', 1), onContact(contactId(), 'Email', 'a@b.c'), fieldOn(deal.id, 'Seats', 4)],
      ...[moveTo(deal.id, 'Negotiaton'), moveTo(other.id, 'Offer sent'), moveTo(deal.id, '1', { pipeline: 'Sails' })],
      ...[giveTo(deal.id, 'Nobody'), giveTo(other.id, 'Daniel Novak'), onContact(contactId(), 'Score', 1)],
    );
    assert.deepEqual(reasons, [
      'there is no deal field “Seetz”',
      'the deal field “Seats” holds numbers, such as 12500 or 12.5; “many” is not',
      'the deal field “Segment” has no option “Tiny”; it has “Start-up”, “Mid-market”, “Enterprise”',
      'there is no user “Nobody” in Kommo',
      ...['Negotiaton', 'Offer sent'].map(
        (stage) =>
          `the pipeline “Sales” has no stage “${stage}”; it has “Incoming leads”, “New lead”, “Qualification”, “Proposal sent”, “Negotiation”, “Closed - won”, “Closed - lost”`,
      ),
      'there is no pipeline “Sails”; there is “Sales”, “Renewals”',
      'there is no contact field “Seats”',
      'the contact field “Email” is of the type multitext, which is not written from here',
    ]);
    assert.partialDeepStrictEqual(
      [now(), now(other)],
      [{ customFields: { Seats: 4 } }, { responsibleUser: 'Daniel Novak' }],
    );
    assert.equal(account.sandbox.contacts()[0]?.customFields.Score, 1);
  });

  test('a stage of another pipeline, by names or by its id; won is the one of the pipeline meant', async () => {
    await write(moveTo(deal.id, 'Offer sent', { pipeline: 'renewals' }), moveTo(other.id, '61200203'));
    assert.deepEqual([now().status, now().pipeline, now(other).status], ['Offer sent', 'Renewals', 'In discussion']);
    await write(moveTo(deal.id, '142', { at: 1 }), moveTo(other.id, '142', { pipeline: '7301001', at: 1 }));
    assert.deepEqual([now().status, now().pipeline, now(other).pipeline], ['Closed - won', 'Renewals', 'Sales']);
  });

  test('a deal that is there already has arrived, without a request that changes anything', async () => {
    const [outcome] = await write(moveTo(deal.id, 'New lead'));
    assert.deepEqual(outcome, { id: '1', done: true, reference: String(deal.id) });
    assert.deepEqual([patches(), moves()], [[], 0]);
  });

  test('of two moves that wait the later counts, and an earlier one that comes late is done with it', async () => {
    const outcomes = await write(
      moveTo(deal.id, 'Negotiation', { at: 5 }),
      moveTo(deal.id, 'Qualification', { at: 3 }),
    );
    assert.deepEqual([outcomes.every(({ done }) => done), now().status, moves()], [true, 'Negotiation', 1]);
    assert.equal((await write(moveTo(deal.id, 'Proposal sent', { at: 4 })))[0]?.done, true);
    assert.deepEqual([now().status, moves()], ['Negotiation', 1]);
  });

  test('a deal that is won or lost stays so, unless the step says to reopen it', async () => {
    account.sandbox.moveLead(deal.id, 142);
    assert.deepEqual(await why(moveTo(deal.id, 'Qualification'), moveTo(deal.id, 'Closed - lost', { at: 1 })), [
      ...Array.from(
        { length: 2 },
        () => `the deal ${deal.id} is closed (Closed - won), and the step does not say to reopen it`,
      ),
    ]);
    assert.equal(now().status, 'Closed - won');
    await write(moveTo(deal.id, 'Qualification', { reopen: true, at: 2 }));
    assert.equal(now().status, 'Qualification');
    await write(moveTo(deal.id, 'Closed - lost', { at: 3 }));
    assert.equal(now().status, 'Closed - lost');
  });

  test('a deal, or a contact, that is gone fails alone for each of it', async () => {
    account.sandbox.deleteLead(other.id);
    const reasons = await why(
      ...[moveTo(other.id, 'Negotiation'), giveTo(other.id, 'Priya Shah'), fieldOn(other.id, 'Seats', 1)],
      ...[moveTo(deal.id, 'Negotiation'), onContact(7, 'Score', 1), onContact(contactId(), 'Score', 1)],
    );
    const gone = `the deal ${other.id} is no longer there`;
    assert.deepEqual(reasons, [gone, gone, gone, 'the contact 7 is no longer there']);
    assert.deepEqual([now().status, account.sandbox.contacts()[0]?.customFields.Score], ['Negotiation', 1]);
  });

  test('what Kommo does not take of an item is taken out, and the rest of it is written', async () => {
    await write(giveTo(deal.id, 'Priya Shah'));
    account.sandbox.deactivateUser(11_087_103);
    const outcomes = await write(
      ...[
        giveTo(deal.id, 'Daniel Novak', 1),
        giveTo(other.id, 'priya.shah@larkspur.example'),
        fieldOn(other.id, 'Seats', 3),
      ],
      moveTo(other.id, 'Negotiation'),
    );
    assert.deepEqual(
      outcomes.flatMap((outcome) => (outcome.done ? [] : [outcome])),
      [{ id: '2', done: false, why: 'the user “priya.shah@larkspur.example” is not active in Kommo any more' }],
    );
    assert.partialDeepStrictEqual(now(other), {
      ...{ status: 'Negotiation', responsibleUser: 'Maya Torres', customFields: { Seats: 3 } },
    });
    assert.equal(now().responsibleUser, 'Daniel Novak');
  });

  test('a refusal that does not say what of an item it is about costs only that', async () => {
    account.intercept(({ method, body }) =>
      method === 'PATCH' && body?.includes('"status_id"') ? problem(400, { detail: 'Something is wrong' }) : undefined,
    );
    const outcomes = await write(
      fieldOn(deal.id, 'Seats', 3),
      moveTo(deal.id, 'Negotiation'),
      giveTo(deal.id, 'Priya Shah'),
    );
    assert.deepEqual(
      outcomes.flatMap((outcome) => (outcome.done ? [] : [outcome])),
      [{ id: '2', done: false, why: 'Kommo refused it: Something is wrong (400)' }],
    );
    assert.partialDeepStrictEqual(now(), { responsibleUser: 'Priya Shah', customFields: { Seats: 3 } });
  });

  test('a complaint that stays after looking again is the reason', async () => {
    account.intercept(({ method, url, body }) =>
      method === 'PATCH' && url.endsWith('/leads') && body?.includes('"field_id":991903')
        ? problem(400, {
            'validation-errors': [
              {
                request_id: `lead-${deal.id}`,
                errors: [{ code: 'TooHigh', path: 'custom_fields_values.1.values.0.value', detail: 'Too high.' }],
              },
            ],
          })
        : undefined,
    );
    const reasons = await why(fieldOn(deal.id, 'Use case', 'x'), fieldOn(deal.id, 'Seats', 3));
    assert.deepEqual(reasons, ['Kommo refused it: custom_fields_values.1.values.0.value: Too high. (400)']);
    assert.deepEqual(now().customFields, { 'Use case': 'x' });
  });

  test('a field that somebody deleted fails for all who have it, after one look', async () => {
    await write(fieldOn(deal.id, 'Use case', 'x'));
    await fetch(`${account.sandbox.url}/api/v4/leads/custom_fields/991906`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${account.sandbox.token}` },
    });
    account.sandbox.clearLogs();
    const third = account.sandbox.addLead({ name: 'Third' });
    const use = [deal, other, third].map(({ id }) => fieldOn(id, 'Use case', 'y', 1));
    assert.deepEqual(
      await why(...use, fieldOn(third.id, 'Seats', 3)),
      use.map(() => 'there is no deal field “Use case”'),
    );
    assert.equal(now(third).customFields.Seats, 3);
    assert.deepEqual(account.requests(), ['PATCH /leads', 'GET /leads/custom_fields', 'PATCH /leads']);
  });

  test('two fields of one name have to be told apart by their ids', async () => {
    await account.close();
    const twice = [1, 2].map((id) => ({ id, owner: 'leads' as const, name: 'Plan', type: 'text' }));
    account = await openAccount({ seed: { ...defaultSeed, fields: twice } });
    deal = account.sandbox.addLead({ name: 'Deal' });
    const reasons = await why(fieldOn(deal.id, 'plan', 'x'), fieldOn(deal.id, '2', 'y'));
    assert.deepEqual(reasons, ['there are several deal fields “plan”, with the ids 1, 2: name one by its id']);
  });

  test('two stages of one name, and two pipelines, have to be told apart by their ids', async () => {
    await account.close();
    const pipelines = [1, 2].map((id) => ({
      ...{ id, name: 'Partners', incomingId: id * 10 },
      stages: ['Demo', 'Demo', 'Trial'].map((name, i) => ({ id: id * 10 + i + 1, name })),
    }));
    account = await openAccount({ seed: { ...defaultSeed, pipelines } });
    deal = account.sandbox.addLead({ name: 'Deal' });
    const reasons = await why(moveTo(deal.id, 'demo'), moveTo(deal.id, 'Trial', { pipeline: 'partners' }));
    assert.deepEqual(reasons, [
      'there are several stages “demo” in the pipeline “Partners”, with the ids 11, 12: name one by its id',
      'there are several pipelines “partners”, with the ids 1, 2: name one by its id',
    ]);
    assert.deepEqual(await why(moveTo(deal.id, '12')), []);
    assert.deepEqual(await why(moveTo(deal.id, 'Trial', { pipeline: '2', at: 1 })), []);
    assert.deepEqual([now().statusId, now().pipelineId], [23, 2]);
  });

  test('what was made meanwhile is found, though looked for at most once a minute', async () => {
    await why(fieldOn(deal.id, 'Plan', 'x'));
    await fetch(`${account.sandbox.url}/api/v4/leads/custom_fields`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.sandbox.token}`, 'content-type': 'application/json' },
      body: JSON.stringify([{ name: 'Plan', type: 'text' }]),
    });
    assert.deepEqual(await why(fieldOn(deal.id, 'Plan', 'x', 1)), ['there is no deal field “Plan”']);
    account.advance(61_000);
    assert.deepEqual(await why(fieldOn(deal.id, 'Plan', 'x', 2)), []);
    assert.equal(now().customFields.Plan, 'x');
  });

  test('who may not see the users is told so', async () => {
    account.intercept(({ url }) => (url.includes('/users') ? problem(403, {}) : undefined));
    assert.deepEqual(await why(giveTo(deal.id, 'Priya Shah'), fieldOn(deal.id, 'Seats', 2)), [
      'Kommo does not say who its users are: the token has to be an administrator’s',
    ]);
    assert.equal(now().customFields.Seats, 2);
  });

  describe('when it is not known whether it was written', () => {
    /** The PATCH is carried out and its answer lost; the same comes again, in another session. */
    async function lost(meanwhile: () => void, ...writes: DueWrite[]) {
      account.intercept(({ method }) => {
        if (method === 'PATCH') account.sandbox.faults.set({ loseNext: 1 });
        return undefined;
      });
      await assert.rejects(account.write(writes), /no answer/);
      account.intercept(undefined);
      account.advance(20_000);
      meanwhile();
      account.renew();
      return await account.write(writes.map((one) => ({ ...one, uncertain: true })));
    }
    const both = () => [due(moveTo(deal.id, 'Negotiation', { at: 11 }), 1), due(giveTo(deal.id, 'Priya Shah', 11), 2)];

    test('a move and a new owner are there once', async () => {
      const outcomes = await lost(() => undefined, ...both());
      assert.deepEqual([outcomes.every(({ done }) => done), moves(), patches().length], [true, 1, 1]);
    });

    test('a person who moved the deal on, and gave it away, meanwhile, is not undone', async () => {
      const outcomes = await lost(
        () => {
          account.sandbox.moveLead(deal.id, account.sandbox.stage('Proposal sent').statusId);
          account.sandbox.updateLead(deal.id, { responsibleUserId: 11_087_102 });
        },
        ...both(),
      );
      assert.equal(
        outcomes.every(({ done }) => done),
        true,
      );
      assert.deepEqual([now().status, now().responsibleUser, moves()], ['Proposal sent', 'Daniel Novak', 2]);
    });

    test('what did not get through is written', async () => {
      account.sandbox.faults.set({ status: 500, statusOnly: 'PATCH' });
      await assert.rejects(account.write(both()), /500/);
      account.sandbox.faults.clear();
      account.advance(20_000);
      account.renew();
      await account.write(both().map((one) => ({ ...one, uncertain: true })));
      assert.deepEqual([now().status, now().responsibleUser, moves()], ['Negotiation', 'Priya Shah', 1]);
    });

    test('a visit to that stage long before the step asked is not taken for it', async () => {
      account.sandbox.moveLead(deal.id, account.sandbox.stage('Negotiation').statusId);
      account.sandbox.moveLead(deal.id, account.sandbox.stage('Qualification').statusId);
      account.advance(300_000);
      const later = { ...due(moveTo(deal.id, 'Negotiation'), 1, true) };
      await account.write([{ ...later, body: { ...later.body, at: account.now().toISOString() } }]);
      assert.deepEqual([now().status, moves()], ['Negotiation', 3]);
    });

    test('where events are refused, where the deal is now has to do', async () => {
      account.intercept(({ url }) => (url.includes('/events') ? problem(403, {}) : undefined));
      const writes = both().map((one) => ({ ...one, uncertain: true }));
      await account.write(writes);
      await account.write(writes);
      assert.deepEqual([now().status, now().responsibleUser, moves()], ['Negotiation', 'Priya Shah', 1]);
    });
  });

  test('after a 504 a move is not sent again before it was looked for', async () => {
    account.intercept(async (request) => {
      if (request.method !== 'PATCH') return undefined;
      account.intercept(undefined);
      await account.http(request);
      return { status: 504, headers: {}, body: '' };
    });
    const writes = [due(moveTo(deal.id, 'Negotiation'), 1), due(moveTo(other.id, 'Negotiation'), 2)];
    await assert.rejects(account.write(writes), (error: Error) => error.message.includes('504'));
    account.sandbox.moveLead(deal.id, account.sandbox.stage('Proposal sent').statusId);
    await account.write(writes.map((one) => ({ ...one, uncertain: true })));
    assert.deepEqual([now().status, now(other).status, moves(other)], ['Proposal sent', 'Negotiation', 1]);
  });
});
