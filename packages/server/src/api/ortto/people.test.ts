import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { openWire, type Wire } from './test/support.ts';

describe('people as a whole, on Ortto’s wire', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const make = async (email: string, more: object = {}): Promise<string> => {
    const { text } = await wire.post('/v1/person/merge', { people: [{ fields: { 'str::email': email }, ...more }] });
    return JSON.parse(text).people[0].person_id;
  };

  describe('archive, restore, delete', () => {
    const ask = async (what: 'archive' | 'restore' | 'delete', body: object) => {
      const { status, text } = await wire.call(what === 'delete' ? 'DELETE' : 'PUT', `/v1/person/${what}`, body);
      return [status, text];
    };

    test('one after the other, with the keys that were recorded', async () => {
      const ids = { inclusion_ids: [await make('anna@example.com')] };
      assert.deepEqual(await ask('delete', ids), [200, '{"scheduled_contacts":0,"deleted_contacts":0}\n']);
      assert.deepEqual(await ask('archive', ids), [200, '{"scheduled_contacts":0,"archived_contacts":1}\n']);
      assert.deepEqual(await ask('archive', ids), [200, '{"scheduled_contacts":0,"archived_contacts":0}\n']);
      assert.deepEqual(await ask('restore', ids), [200, '{"scheduled_contacts":0,"restored_contacts":1}\n']);
      await ask('archive', ids);
      assert.deepEqual(await ask('delete', ids), [200, '{"scheduled_contacts":0,"deleted_contacts":1}\n']);
      assert.deepEqual(await ask('restore', ids), [200, '{"scheduled_contacts":0,"restored_contacts":0}\n']);
    });

    test('ids of nobody do not count', async () => {
      const ben = await make('ben@example.com');
      const ids = {
        inclusion_ids: [ben, ben, `${ben.slice(0, -6)}ffff00`, 'f'.repeat(24), 'not-hex-at-all-24-chars!'],
      };
      assert.deepEqual(await ask('archive', ids), [200, '{"scheduled_contacts":0,"archived_contacts":1}\n']);
    });

    test('what can be no id is refused in Ortto’s words', async () => {
      assert.deepEqual(await ask('archive', { inclusion_ids: ['00609384fa6de6e7a8d8'] }), [
        400,
        '{"request_id":"#","code":400,"error":"my-workspace: Failed to parse request cannot unmarshal into an ID, the length must be 12 or 24 + 2 for hex but it is 22: Object not found"}\n',
      ]);
    });

    test('everybody but some; nobody named is no wish', async () => {
      const [cleo, dora] = [await make('cleo@example.com'), await make('dora@example.com')];
      const [status, text] = await ask('archive', { all_rows_selected: true, exclusion_ids: [cleo] });
      assert.equal(status, 200);
      assert.match(text as string, /^\{"scheduled_contacts":0,"archived_contacts":\d+\}\n$/);
      const both = await wire.people.find(wire.t.db, wire.ws, []);
      assert.equal(both.size, 0);
      assert.equal(await wire.people.findByEmail(wire.t.db, wire.ws, 'dora@example.com'), undefined);
      assert.ok(await wire.people.findByEmail(wire.t.db, wire.ws, 'cleo@example.com'));
      await ask('restore', { inclusion_ids: [dora] });
      assert.deepEqual((await ask('archive', {}))[0], 400);
      assert.deepEqual((await ask('archive', { all_rows_selected: false, exclusion_ids: [cleo] }))[0], 400);
      assert.ok(await wire.people.findByEmail(wire.t.db, wire.ws, 'dora@example.com'));
    });

    test('an archived address that comes again is somebody new', async () => {
      const old = await make('emil@example.com');
      await ask('archive', { inclusion_ids: [old] });
      assert.notEqual(await make('emil@example.com'), old);
    });
  });

  describe('person/get/activities', () => {
    const get = (body: object) => wire.post('/v1/person/get/activities', body);

    test('is what was recorded, newest first', async () => {
      const fred = await make('fred@example.com', { tags: ['VIP'] });
      await wire.post('/v1/person/merge', {
        people: [{ fields: { 'str::person_id': fred, 'bol::p': false } }],
        merge_by: ['str::person_id'],
      });
      await wire.post('/v1/person/merge', {
        people: [{ fields: { 'str::person_id': fred, 'bol::p': true } }],
        merge_by: ['str::person_id'],
      });
      const { status, text } = await get({ person_id: fred, activities: ['act::s-all'], timeframe: { type: 'today' } });
      assert.equal(status, 200);
      const { id, created_at: at } = JSON.parse(text).activities[0];
      assert.match(id, /^00[0-9a-f]{22}$/);
      assert.equal(
        text,
        `{"activities":[{"id":"${id}","field_id":"act::s-all","created_at":"${at}","attr":{"str::is":"API","str::s-ctx":"Subscribed via API"},` +
          '"render_cmds":[{"content":"Subscribed to email"},{"content":"."}]}],' +
          '"meta":{"total_activities":1,"field_ids":["act::s-all"],"has_more":false,"retention":{"type":"time","max_value":90}},"offset":0,"next_offset":1}\n',
      );
      const all = JSON.parse((await get({ person_id: fred })).text);
      assert.deepEqual(
        all.activities.map((a: { field_id: string }) => a.field_id),
        ['act::s-all', 'act::u-all', 'act::ta'],
      );
      assert.equal(all.meta.field_ids, null, 'where no kind is asked for');
    });

    test('is null where there is nothing, with the kinds that were asked for', async () => {
      const jane = await make('jane@example.com');
      const { text } = await get({
        person_id: jane,
        activities: ['act::o', 'act::c'],
        limit: 20,
        timeframe: { type: 'last-7-days' },
      });
      assert.equal(
        text,
        '{"activities":null,"meta":{"total_activities":0,"field_ids":["act::o","act::c"],"has_more":false,' +
          '"retention":{"type":"time","max_value":90}},"offset":0,"next_offset":0}\n',
      );
    });

    test('comes in pages of fifty at most, whatever is asked', async () => {
      const gina = await make('gina@example.com');
      const id = (await wire.people.findByEmail(wire.t.db, wire.ws, 'gina@example.com'))!;
      await wire.people.record(
        wire.ws,
        Array.from({ length: 60 }, (_, i) => ({
          who: { personId: id },
          fields: {},
          source: 'test',
          activity: { id: 'act::v', attributes: { 'int::n': i }, at: new Date(wire.now().getTime() - i * 60_000) },
        })),
      );
      const page = async (more: object) => {
        const { activities, meta, offset, next_offset } = JSON.parse((await get({ person_id: gina, ...more })).text);
        return [
          activities?.length ?? 0,
          activities?.[0]?.attr['int::n'],
          meta.total_activities,
          meta.has_more,
          offset,
          next_offset,
        ];
      };
      assert.deepEqual(await page({ limit: 100 }), [50, 0, 60, true, 0, 50]);
      assert.deepEqual(await page({ limit: 2.5 }), [2, 0, 60, true, 0, 2], 'as in every list');
      assert.deepEqual(await page({ offset: 50 }), [10, 50, 60, false, 50, 60]);
      assert.deepEqual(await page({ limit: 2, offset: 3 }), [2, 3, 60, true, 3, 5]);
      assert.deepEqual(await page({ offset: 99 }), [0, undefined, 60, false, 99, 99]);
      assert.deepEqual(await page({ activities: ['act:cm:never'] }), [0, undefined, 0, false, 0, 0]);
      const before = new Date(wire.now().getTime() - 3 * 24 * 3_600_000);
      await wire.people.record(wire.ws, [
        { who: { personId: id }, fields: {}, source: 'test', activity: { id: 'act::v', attributes: {}, at: before } },
      ]);
      assert.equal((await page({ timeframe: { type: 'all' } }))[2], 61);
      assert.equal((await page({ timeframe: { type: 'last-24-hours' } }))[2], 60);
    });

    test('is shown as the definition says', async () => {
      const hugo = await make('hugo@example.com');
      const booked = async (name: string, style: object, attribute = 'City') => {
        const made = await wire.post('/v1/definitions/activity/create', {
          name,
          display_style: style,
          attributes: [{ name: attribute, display_type: 'text', field_id: 'str:cm:city' }],
        });
        const id = JSON.parse(made.text).custom_activity.activity_field_id;
        await wire.post('/v1/activities/create', {
          activities: [{ activity_id: id, person_id: hugo, attributes: { 'str:cm:city': 'London' } }],
        });
        return JSON.parse((await get({ person_id: hugo, activities: [id] })).text).activities[0].render_cmds;
      };
      const content = (...pieces: string[]) => pieces.map((piece) => ({ content: piece }));
      assert.deepEqual(await booked('Train booked', { type: 'activity' }), content('Train booked', '.'));
      assert.deepEqual(
        await booked('Flight booked', { type: 'activity_attribute', title: 'Flew to', attribute_name: 'City' }),
        content('Flew to', ': ', 'London', '.'),
      );
      // Named in the definition, it is found whatever its id.
      assert.deepEqual(
        await booked('Tram booked', { type: 'activity_attribute', attribute_name: 'Town' }, 'Town'),
        content('Town', ': ', 'London', '.'),
      );
      assert.deepEqual(
        await booked('Ship booked', {
          type: 'activity_template',
          title: 'Sailed to {{ activity.custom.ship-booked.city }}!',
        }),
        content('Sailed to London!'),
      );
      assert.deepEqual(
        await booked('Bus booked', { type: 'activity_template', title: 'To {{ broken' }),
        content('Bus booked', '.'),
      );
    });

    test('is shown with values as templates show them', async () => {
      const paid = async (name: string, display_type: string, value: unknown, style?: object) => {
        const display_style = style ?? { type: 'activity_attribute', attribute_name: 'Sum' };
        const attributes = [{ name: 'Sum', display_type }];
        const made = JSON.parse(
          (await wire.post('/v1/definitions/activity/create', { name, display_style, attributes })).text,
        );
        const { activity_field_id: activity_id, attributes: own } = made.custom_activity;
        const person_id = await make('ines@example.com');
        const activity = { activity_id, person_id, attributes: { [own[0].field_id]: value } };
        assert.equal((await wire.post('/v1/activities/create', { activities: [activity] })).status, 200);
        const shown = JSON.parse((await get({ person_id, activities: [activity_id] })).text).activities[0].render_cmds;
        return shown.map(({ content }: { content: string }) => content).join('');
      };
      assert.equal(await paid('Paid', 'price', 12_500), 'Sum: 12.5.');
      assert.equal(await paid('Due', 'date', { year: 2026, month: 3, day: 4 }), 'Sum: 2026-03-04.');
      assert.equal(await paid('Called', 'phone', { c: '61', n: '401234567' }), 'Sum: +61401234567.');
      assert.equal(await paid('Chose', 'multi_select', ['A', 'B']), 'Sum: A, B.');
      const title = 'Got {{ activity.sum }}';
      assert.equal(await paid('Got', 'decimal', 12_500, { type: 'activity_template', title }), 'Got 12.5');
    });

    test('is shown with what it was worth as money, which no definition has to say', async () => {
      const style = { type: 'activity_attribute', title: 'Worth', attribute_field_id: 'int::v' };
      const body = { name: 'Sold', track_conversion_value: true, display_style: style };
      const made = JSON.parse((await wire.post('/v1/definitions/activity/create', body)).text);
      const activity_id = made.custom_activity.activity_field_id;
      const person_id = await make('ines@example.com');
      await wire.post('/v1/activities/create', {
        activities: [{ activity_id, person_id, attributes: { 'int::v': 15_300 } }],
      });
      const [sold] = JSON.parse((await get({ person_id, activities: [activity_id] })).text).activities;
      assert.deepEqual(
        sold.render_cmds.map(({ content }: { content: string }) => content),
        ['Worth', ': ', '15.3', '.'],
      );
    });

    test('of nobody is said so', async () => {
      const gone = publicId('1');
      assert.deepEqual(
        [(await get({ person_id: gone })).status, (await get({ person_id: gone })).text],
        [404, '{"request_id":"#","code":404,"error":"Person not found"}\n'],
      );
      assert.equal((await get({ person_id: '42' })).status, 400);
      assert.equal((await get({ person_id: gone, timeframe: { type: 'ever' } })).status, 400);
    });
  });

  describe('suppression-list/email', () => {
    const list = async (body: object = {}) => (await wire.post('/v1/suppression-list/email/get', body)).text;
    const change = async (what: 'add' | 'remove', ...emails: string[]) =>
      (await wire.call('PUT', `/v1/suppression-list/email/${what}`, { emails })).text;

    test('begins empty, takes addresses in any spelling, and gives them back', async () => {
      assert.equal(await list(), '{"emails":[],"total":0,"offset":0,"next_offset":0,"has_more":false}\n');
      const ina = await make('ina@example.com');
      assert.equal(
        await change('add', 'Ina@Example.com', 'ina@example.com', 'nobody@example.com', 'nonsense'),
        '{"emails":[{"email":"Ina@Example.com","status":"suppressed"},{"email":"ina@example.com","status":"already_suppressed"},' +
          '{"email":"nobody@example.com","status":"suppressed"},' +
          '{"email":"nonsense","status":"invalid","error":"\\"nonsense\\" is not an e-mail address"}]}\n',
      );
      const page = JSON.parse(await list({ limit: 1, offset: 0, sort_order: 'desc', sort: 'email' }));
      assert.deepEqual(
        [page.emails[0].email, page.emails[0].reason, page.total, page.next_offset, page.has_more],
        ['nobody@example.com', 'Added via API', 2, 1, true],
      );
      const events = async () => {
        const { text } = await wire.post('/v1/person/get/activities', { person_id: ina });
        return JSON.parse(text).activities.map((a: { field_id: string; attr: object }) => [a.field_id, a.attr]);
      };
      const suppressed = ['act::es', { 'str::is': 'API', 'str::rn': 'Added via API' }];
      assert.deepEqual(await events(), [suppressed]);
      assert.equal(
        await change('remove', 'INA@example.com', 'stranger@example.com'),
        '{"emails":[{"email":"INA@example.com","status":"unsuppressed"},{"email":"stranger@example.com","status":"not_found"}]}\n',
      );
      assert.deepEqual(await events(), [['act::eu', { 'str::is': 'API' }], suppressed]);
      const id = (await wire.people.findByEmail(wire.t.db, wire.ws, 'ina@example.com'))!;
      const { fields } = (await wire.people.find(wire.t.db, wire.ws, [id])).get(id)!;
      assert.deepEqual([fields['tme::sa'], typeof fields['tme::ua']], [undefined, 'string']);
    });

    test('twenty at once that add the same address, add it once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => change('add', 'storm@example.com')));
      assert.equal(answers.filter((text) => text.includes('"status":"suppressed"')).length, 1);
    });
  });
});
