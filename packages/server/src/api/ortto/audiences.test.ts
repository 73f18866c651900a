import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { silent } from '../../../test/support/database.ts';
import { until } from '../../../test/support/until.ts';
import { publicAudienceId } from '../../audiences/index.ts';
import { movableClock } from '../../platform/clock.ts';
import { createHearers } from '../../platform/news.ts';
import { openPresence } from '../../platform/presence.ts';
import { openWire, type Wire } from './test/support.ts';

const NOBODY = '006b04c22500000000040000';

describe('audiences on the wire', () => {
  let wire: Wire;
  const closers: (() => Promise<unknown>)[] = [];
  before(async () => {
    wire = await openWire();
    const empty = await wire.post('/v1/audiences/get', '');
    assert.deepEqual([empty.status, empty.text], [200, 'null\n']);
    await wire.audiences.ensureDefaults(wire.ws);
    const presence = await openPresence(wire.t.connection, silent);
    const news = createHearers({ db: wire.t.db, presence, clock: movableClock(), log: silent });
    news.hear('people.recorded', wire.audiences.hear);
    closers.push(news.start().close, wire.audiences.start().close, presence.close);
    await wire.post('/v1/person/merge', {
      people: [{ fields: { 'str::email': 'anna@example.com', 'str::ei': 'a-1' } }],
    });
    await until('Anna belongs', async () => {
      const { rows } = await wire.t.db.query(
        `select from audience_member where not exists (select from audience where building)`,
      );
      return rows.length > 0;
    });
  });
  after(async () => {
    for (const close of closers) await close();
    await wire.close();
  });

  const list = async (body: object) => JSON.parse((await wire.post('/v1/audiences/get', body)).text);

  test('are listed as a bare array with the recorded keys, and past the end there is null', async () => {
    const all = await list({});
    assert.deepEqual(
      all.map(({ name, members }: { name: string; members: number }) => [name, members]),
      [
        ['Subscribers', 1],
        ['SMS subscribers', 0],
        ['Engaged subscribers', 0],
        ['Slipping subscribers', 0],
        ['My team', 0],
      ],
    );
    assert.deepEqual(
      Object.keys(all[0]).join(' '),
      'id instance_id folder_id data_source_id icon_id type building ready is_public sms_is_public whatsapp_is_public ' +
        'filter_sha last_built_at created edited_at name public_name public_description template_id exit_selection ' +
        'members subscribers sms_opted_in added_last_30_days engagement revenue is_cold',
    );
    const [first] = await list({ search_term: 'sUBS', with_filter: true, limit: 1 });
    assert.deepEqual(first.filter, { '$bol::is': { field_id: 'bol::p', value: true } });
    assert.deepEqual([first.subscribers, first.sms_opted_in, first.added_last_30_days], [1, 0, 1]);
    assert.equal((await wire.post('/v1/audiences/get', { offset: 5 })).text, 'null\n');
    assert.equal((await wire.post('/v1/audiences/get', { archived: true })).text, 'null\n');
  });

  test('are known by their id in capitals too', async () => {
    const [{ id }] = await list({});
    const capitals = id.toUpperCase();
    const put = { audience_id: capitals, people: [{ email: 'anna@example.com', sms_opted_in: true }] };
    const { status, text } = await wire.call('PUT', '/v1/audience/subscribe', put);
    assert.deepEqual([status, JSON.parse(text).audience_id], [200, capitals], text);
    const found = await wire.post('/v1/person/get', { filter: { $is_member_of: { audience_id: capitals } } });
    assert.equal(JSON.parse(found.text).meta.total_matches, 1, found.text);
    const asking = { name: 'Asking', filter: { $is_not_member_of: { audience_id: capitals } } };
    const made = await wire.audiences.create(wire.ws, asking);
    await assert.rejects(wire.audiences.remove(wire.ws, capitals), /"Asking" asks who belongs to "Subscribers"/);
    await wire.audiences.remove(wire.ws, publicAudienceId(made).toUpperCase());
  });

  test('are subscribed to and unsubscribed from, by address, external id and id, and nobody is made a member', async () => {
    const [audience, sms] = await list({});
    const { people } = JSON.parse(
      (await wire.post('/v1/person/subscriptions', { people: [{ external_id: 'a-1' }] })).text,
    );
    const id = people[0].person_id as string;
    const put = async (body: object) =>
      wire.call('PUT', '/v1/audience/subscribe', { audience_id: audience.id, ...body });
    const { status, text } = await put({
      people: [
        { email: 'Anna@example.com', subscribed: false },
        { email: 'nobody@example.com', subscribed: true },
      ],
    });
    assert.equal(status, 200);
    assert.equal(
      text,
      `{"audience_id":"${audience.id}","people":[{"person_status":"merged","status":"unsubscribed","person_id":"${id}"},` +
        '{"person_status":"not-found","status":"unsubscribed"}]}\n',
    );
    const again = await put({
      people: [
        { person_id: id, subscribed: true },
        { person_id: NOBODY, subscribed: true },
      ],
    });
    assert.equal(
      again.text,
      `{"audience_id":"${audience.id}","people":[{"person_status":"by-id","status":"subscribed"},` +
        '{"person_status":"not-found","status":"unsubscribed"}]}\n',
    );
    await wire.call('PUT', '/v1/audience/subscribe', {
      audience_id: sms.id,
      people: [{ person_id: id, subscribed: true, sms_opted_in: true }],
    });
    const told = await wire.people.timeline(
      wire.t.db,
      wire.ws,
      (await wire.people.findByEmail(wire.t.db, wire.ws, 'anna@example.com'))!,
      50,
    );
    assert.deepEqual(
      told.map(({ activityId }) => activityId).filter((activity) => /::[su]-a$/.test(activity)),
      ['act::s-a', 'act::u-a'],
    );
    const answer = JSON.parse(
      (await wire.post('/v1/person/subscriptions', { people: [{ person_id: id }, { email: 'x@y.z' }] })).text,
    );
    const { member_from, subscribed_from, ...subscription } = answer.people[0].subscriptions[0];
    assert.match(member_from + subscribed_from, /^(\d{4}-\d\d-\d\dT[\d:.]+Z){2}$/);
    assert.deepEqual(
      { ...answer.people[0], subscriptions: [subscription] },
      {
        person_status: 'by-id',
        person_id: id,
        email: 'anna@example.com',
        subscriptions: [
          {
            audience_id: audience.id,
            audience_name: 'Subscribers',
            subscribed: true,
            sms_opted_in: false,
            whatsapp_opted_in: false,
            ios_opted_in: false,
            android_opted_in: false,
            web_opted_in: false,
          },
        ],
        email_permissions: true,
        sms_permissions: false,
        ios_permissions: false,
        android_permissions: false,
        web_permissions: false,
      },
    );
    assert.deepEqual(answer.people[0].subscriptions.length, 1);
    assert.deepEqual(answer.people[1], { person_status: 'not-found', email: 'x@y.z', subscriptions: [] });
  });

  test('that are not there are not found', async () => {
    const missing = { audience_id: NOBODY, people: [{ email: 'anna@example.com', subscribed: true }] };
    const { status, text } = await wire.call('PUT', '/v1/audience/subscribe', missing);
    assert.deepEqual(
      [status, text],
      [404, `{"request_id":"#","code":404,"error":"${NOBODY}: there is no such audience"}\n`],
    );
  });

  test('that are not there, a search that asks about them says so, and one that is archived can be asked about', async () => {
    const asked = async (filter: object) => {
      const { status, text } = await wire.post('/v1/person/get', { filter });
      return status === 200 ? JSON.parse(text).meta.total_matches : JSON.parse(text).error;
    };
    for (const operator of ['is_member_of', 'is_not_member_of', 'is_subscriber_of', 'is_opted_out'])
      assert.match(
        await asked({ [`$${operator}`]: { audience_id: NOBODY } }),
        /: there is no audience "006b04c22500000000040000": /,
      );
    const first = (await list({}))[0].id;
    const within = {
      $and: [{ $is_member_of: { audience_id: first } }, { $is_member_of: { value: `${first}`.replace(/^./, '0') } }],
    };
    assert.match(await asked(within), / at filter\.\$and\[1\]\.\$is_member_of \(Invalid value\)/, 'by the whole id');
    const old = await wire.audiences.create(wire.ws, { name: 'Old', filter: {} });
    const id = publicAudienceId(old);
    await wire.audiences.edit(wire.ws, id, { archived: true });
    assert.equal(await asked({ $is_member_of: { audience_id: id } }), 0);
    await wire.audiences.remove(wire.ws, id);
    assert.match(await asked({ $is_member_of: { audience_id: id } }), /there is no audience/);
  });
});
