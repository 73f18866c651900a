import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Fields, publicId } from '@tributary/model';
import { silent } from '../../../test/support/database.ts';
import { until } from '../../../test/support/until.ts';
import { openWire, type Wire } from './test/support.ts';

const MERGE = '/v1/person/merge';

describe('person/merge in full', () => {
  let wire: Wire;
  let working: { close(): Promise<void> };
  before(async () => {
    wire = await openWire();
    working = wire.people.start(silent);
    for (const [name, type] of [
      ['Second e-mail', 'email'],
      ['Seat', 'text'],
      ['Badge', 'text'],
      ['Notes', 'large_text'],
      ['Price', 'price'],
      ['Settings', 'object'],
      ['Brands', 'multi_select'],
      ['Since', 'time'],
      ['Mobile', 'phone'],
    ] as const)
      await wire.people.addField(wire.ws, { name, type });
  });
  after(async () => {
    await working.close();
    await wire.close();
  });

  const idOf = async (email: string) => (await wire.people.findByEmail(wire.t.db, wire.ws, email))!;
  const shown = async (email: string) => publicId(await idOf(email));
  const fieldsOf = async (email: string): Promise<Fields> => {
    const id = await idOf(email);
    return (await wire.people.find(wire.t.db, wire.ws, [id])).get(id)!.fields;
  };
  const timelineOf = async (email: string) =>
    (await wire.people.timeline(wire.t.db, wire.ws, await idOf(email), 20)).map((a) => [a.activityId, a.attributes]);
  const one = (fields: object, more: object = {}) =>
    wire.post(MERGE, { people: [{ fields }], merge_by: ['str::email'], ...more });
  /** What is said of a value, or nothing when it is taken. */
  const problemOf = async (field: string, value: unknown) => {
    const { status, text } = await one({ 'str::email': 'values@example.com', [field]: value });
    return status === 200 ? undefined : (JSON.parse(text).details[0].error as string);
  };
  const kept = async (field: string) => (await fieldsOf('values@example.com'))[field];

  describe('the suppression list', () => {
    test('makes nobody of a suppressed address, and merges who is there already', async () => {
      await one({ 'str::email': 'old@example.com' });
      await wire.people.suppression.add(wire.ws, ['Old@Example.com', 'new@example.com'], {
        reason: 'test',
        source: 'test',
      });
      const ask = { suppression_list_field_id: 'str::email' };
      const refused = await one({ 'str::email': 'NEW@example.com' }, ask);
      assert.deepEqual(
        [refused.status, refused.text],
        [
          400,
          '{"request_id":"#","code":400,"error":"No valid contacts provided (Email is suppressed)","details":[{"status":"suppressed","error":"Email is suppressed"}]}\n',
        ],
      );
      assert.equal(await idOf('new@example.com'), undefined);
      const mixed = await wire.post(MERGE, {
        people: [{ fields: { 'str::email': 'new@example.com' } }, { fields: { 'str::email': 'old@example.com' } }],
        merge_by: ['str::email'],
        ...ask,
      });
      assert.equal(
        mixed.text,
        `{"people":[{"status":"suppressed","error":"Email is suppressed"},{"person_id":"${await shown('old@example.com')}","status":"merged"}]}\n`,
      );
      assert.match(
        (await one({ 'str::email': 'new@example.com' })).text,
        /"status":"created"/,
        'only where it is asked',
      );
    });

    test('makes nobody where the field that is to be looked in is none', async () => {
      await wire.people.suppression.add(wire.ws, ['kept-out@example.com'], { reason: 'test', source: 'test' });
      const error = 'failed to validate field str::emial in schema: str::emial: Object not found';
      for (const more of [{}, { async: true }]) {
        const { status, text } = await one(
          { 'str::email': 'kept-out@example.com' },
          { suppression_list_field_id: 'str::emial', ...more },
        );
        assert.deepEqual(
          [status, text],
          [
            400,
            `{"request_id":"#","code":400,"error":"No valid contacts provided (${error})","details":[{"status":"invalid","error":"${error}"}]}\n`,
          ],
        );
      }
      assert.equal(await idOf('kept-out@example.com'), undefined);
    });
  });

  describe('alternative fields', () => {
    test('a key is looked for in other fields, after its own', async () => {
      await one({ 'str::email': 'anna@example.com', 'str:cm:second-e-mail': 'Anna@Home.example.com' });
      const anna = await shown('anna@example.com');
      const alt = { merge_by_alt_fields: { 'str::email': ['str:cm:second-e-mail'] }, merge_strategy: 1 };
      for (const spelled of ['Anna@Home.example.com', 'anna@other.example.com']) {
        const { text } = await one({ 'str::email': spelled, 'str::first': 'Anna' }, alt);
        assert.equal(text.includes(`"person_id":"${anna}","status":"merged"`), spelled !== 'anna@other.example.com');
      }
      assert.equal((await fieldsOf('anna@example.com'))['str::first'], 'Anna');
      await one({ 'str::email': 'anna@home.example.com' });
      const { text } = await one({ 'str::email': 'anna@home.example.com' }, alt);
      assert.doesNotMatch(text, new RegExp(anna), 'who has it as e-mail comes first');
    });

    test('that are none, or can be no key, are said so, and nothing changes', async () => {
      for (const [field, error] of [
        ['str:cm:nope', 'failed to validate field str:cm:nope in schema: str:cm:nope: Object not found'],
        ['txt:cm:notes', 'failed to validate field txt:cm:notes: people can not be found by it'],
      ] as const) {
        const { status, text } = await one(
          { 'str::email': 'alt@example.com' },
          { merge_by_alt_fields: { 'str::email': [field] } },
        );
        assert.deepEqual([status, text.includes(`"error":"${error}"`)], [400, true]);
      }
      assert.equal(await idOf('alt@example.com'), undefined);
    });
  });

  describe('a request that is refused', () => {
    const isKey = async (id: string) =>
      (await wire.t.db.query('select is_key as key from field where id = $1', [id])).rows[0].key;

    test('makes no key of a field', async () => {
      const by = { merge_by: ['str:cm:seat'] };
      for (const [fields, more] of [
        [{ 'str:cm:seat': '1', 'str::x': 1 }, {}],
        [{ 'str:cm:seat': '1' }, { skip_non_existing: true }],
      ] as const) {
        assert.equal((await one(fields, { ...by, ...more })).status, 400);
        assert.equal(await isKey('str:cm:seat'), false);
      }
      assert.equal((await one({ 'str:cm:seat': '1' }, by)).status, 200);
      assert.equal(await isKey('str:cm:seat'), true);
      assert.match((await one({ 'str:cm:seat': '1' }, by)).text, /merged/);
    });

    test('twenty clients that name a new key at once make one person', async () => {
      const storm = Array.from({ length: 20 }, () => one({ 'str:cm:badge': 'B-1' }, { merge_by: ['str:cm:badge'] }));
      const ids = new Set((await Promise.all(storm)).map(({ text }) => JSON.parse(text).people[0].person_id));
      assert.equal(ids.size, 1);
    });
  });

  test('what is null is not given, as some clients write whatever they do not set', async () => {
    const unset = { async: null, merge_by: null, merge_strategy: null, find_strategy: null, skip_non_existing: null };
    const merged = await wire.post('/v1/person/merge', {
      people: [{ fields: { 'str::email': 'nulls@example.com' } }],
      ...unset,
    });
    assert.match(merged.text, /"status":"created"/);
    const flags = { touch: null, filterable: null, visible_in_feeds: null, track_conversion_value: null };
    const defined = { name: 'Null', icon_id: null, display_style: null, attributes: null, entity: null, ...flags };
    const made = await wire.post('/v1/definitions/activity/create', defined);
    assert.equal(made.status, 200, made.text);
    const { custom_activity: told } = JSON.parse(made.text);
    assert.deepEqual([told.icon_id, told.touch, told.attributes], ['moneys-illustration-icon', false, []]);
    const inner = {
      activity_field_id: null,
      name: 'Null',
      icon_id: null,
      state: null,
      display_style: { type: 'activity', title: null, attribute_name: null, attribute_field_id: null },
      attributes: [{ name: 'Size', display_type: 'integer', field_id: null }],
      ...flags,
    };
    const modified = await wire.call('PUT', '/v1/definitions/activity/modify', inner);
    assert.equal(modified.status, 200, modified.text);
    assert.equal(JSON.parse(modified.text).custom_activity.attributes[0].field_id, 'int:cm:size');
    assert.equal(JSON.parse(modified.text).custom_activity.icon_id, 'moneys-illustration-icon');
    const list = await wire.post('/v1/suppression-list/email/get', { sort: null, sort_order: null });
    assert.equal(list.status, 200, list.text);
    const nothing = { merge_by_alt_fields: { 'str::email': null } };
    const alt = { people: [{ fields: { 'str::email': 'nulls@example.com' }, clear_fields: { 'str::last': null } }] };
    assert.equal((await wire.post('/v1/person/merge', { ...alt, ...nothing })).status, 200);
    const activities = [{ activity_id: 'act:cm:null', fields: { 'str::email': 'nulls@example.com' } }];
    assert.equal((await wire.post('/v1/activities/create', { activities, ...unset })).status, 200);
  });

  test('a permission that is null is not given to somebody new, and taken from whoever had it', async () => {
    const email = { 'str::email': 'permission@example.com' };
    await one({ ...email, 'bol::p': null, 'bol::sp': null });
    const permission = async () => (await fieldsOf(email['str::email']))['bol::p'];
    assert.equal(await permission(), true);
    await one({ ...email, 'bol::p': null });
    assert.equal(await permission(), undefined);
    const taken = ['act::u-all', { 'str::is': 'API', 'str::u-ctx': 'Unsubscribed via API' }];
    assert.deepEqual((await timelineOf(email['str::email'])).at(0), taken);
    await one({ ...email, 'bol::p': true });
    const cleared = { people: [{ fields: email, clear_fields: { 'bol::p': true } }], merge_by: ['str::email'] };
    assert.equal((await wire.post(MERGE, cleared)).status, 200);
    assert.deepEqual((await timelineOf(email['str::email'])).at(0), taken);
    assert.equal((await timelineOf(email['str::email'])).length, 3);
  });

  test('an integer beyond what JSON tells exactly is refused', async () => {
    await wire.people.addField(wire.ws, { name: 'Huge', type: 'integer' });
    assert.equal(
      await problemOf('int:cm:huge', 2 ** 53),
      'failed to validate field int:cm:huge: expected an integer from -9007199254740991 to 9007199254740991',
    );
  });

  test('str::person_id has to be alone', async () => {
    const { status, text } = await one(
      { 'str::email': 'a@example.com' },
      { merge_by: ['str::person_id', 'str::email'] },
    );
    assert.deepEqual(
      [status, text],
      [
        400,
        '{"request_id":"#","code":400,"error":"Failed to parse request: merge_by: str::person_id has to be alone"}\n',
      ],
    );
    await one({ 'str::email': 'byid@example.com' });
    const id = await shown('byid@example.com');
    const merged = `{"people":[{"person_id":"${id}","status":"merged"}]}\n`;
    assert.equal((await one({ 'str::id': id }, { merge_by: ['str::id'] })).text, merged);
    assert.equal((await one({ 'str::id': id.toUpperCase() }, { merge_by: ['str::id'] })).text, merged);
  });

  describe('async', () => {
    test('says at once of an id that can be nobody’s that nobody is found, as without it', async () => {
      const found = '"status":"not_found","error":"Person not found"}';
      for (const id of ['nonsense', '006b04c22500000000ffffff', null, 7]) {
        const people = [
          { fields: { 'str::person_id': id } },
          { fields: { 'str::person_id': await shown('byid@example.com') } },
        ];
        const { status, text } = await wire.post('/v1/person/merge', {
          people,
          merge_by: ['str::person_id'],
          async: true,
        });
        assert.equal(status, 200);
        assert.ok(text.startsWith(`{"people":[{${found},{"person_id":"00`), text);
      }
      const act = { activity_id: 'act::us', person_id: '006b04c22500000000ffffff' };
      const refused = await wire.post('/v1/activities/create', { activities: [act], async: true });
      assert.deepEqual([refused.status, refused.text.includes(found)], [400, true], refused.text);
    });

    test('is answered at once, and recorded in the order asked', async () => {
      const email = { 'str::email': 'queue@example.com' };
      for (const first of ['A', 'B', 'C']) {
        const { status, text } = await one({ ...email, 'str::first': first }, { async: true });
        assert.deepEqual([status, text], [200, '{"people":[{"status":"queued"}]}\n']);
      }
      await until('the queue is empty', async () => (await wire.people.queue.waiting(wire.t.db)) === 0);
      assert.equal((await fieldsOf('queue@example.com'))['str::first'], 'C');
      const id = await shown('queue@example.com');
      const byId = await one({ 'str::person_id': id }, { merge_by: ['str::person_id'], async: true });
      assert.equal(byId.text, `{"people":[{"person_id":"${id}","status":"queued"}]}\n`);
    });

    test('says at once what can be seen to be wrong', async () => {
      const { text } = await wire.post(MERGE, {
        people: [
          { fields: { 'str::email': 'q2@example.com' } },
          { fields: { 'str::email': 'q3@example.com', 'int::x': 1 } },
        ],
        async: true,
      });
      const error = 'failed to validate field int::x in schema: int::x: Object not found';
      assert.equal(text, `{"people":[{"status":"queued"},{"status":"invalid","error":"${error}"}]}\n`);
      const none = await one({ 'str::email': 'q4' }, { async: true });
      assert.equal(none.status, 400);
    });

    test('activities are dated by when they came', async () => {
      await wire.people.addDefinitions(wire.ws, [{ activityId: 'act:cm:lap', name: 'Lap', touch: true }]);
      const { text } = await wire.post('/v1/activities/create', {
        activities: [{ activity_id: 'act:cm:lap', fields: { 'str::email': 'lap@example.com' } }],
        async: true,
      });
      assert.equal(text, '{"activities":[{"status":"queued","person_status":"queued"}]}\n');
      await until('the queue is empty', async () => (await wire.people.queue.waiting(wire.t.db)) === 0);
      assert.deepEqual(await timelineOf('lap@example.com'), [['act:cm:lap', {}]]);
    });
  });

  describe('values', () => {
    test('decimals are whole numbers ×1000', async () => {
      assert.equal(await problemOf('int:cm:price', 15_300), undefined);
      assert.match((await problemOf('int:cm:price', 15.3)) ?? '', /expected an integer/);
      assert.match((await problemOf('int:cm:price', '15300')) ?? '', /expected an integer/);
    });

    test('texts hold 255 characters, large ones 4,000, objects 15,000 bytes', async () => {
      assert.equal(await problemOf('str::first', 'ж'.repeat(255)), undefined);
      assert.match((await problemOf('str::first', 'ж'.repeat(256))) ?? '', /longer than 255/);
      assert.equal(await problemOf('txt:cm:notes', 'x'.repeat(4000)), undefined);
      assert.match((await problemOf('txt:cm:notes', 'x'.repeat(4001))) ?? '', /longer than 4000/);
      assert.equal(await problemOf('obj:cm:settings', { a: 'x'.repeat(14_000) }), undefined);
      assert.match((await problemOf('obj:cm:settings', { a: 'x'.repeat(15_000) })) ?? '', /larger than 15000/);
    });

    test('phones come in both forms, or without a country', async () => {
      const same = { c: '61', n: '401234567' };
      for (const given of [
        same,
        { c: '61', n: '0401 234 567' },
        { phone: '61401234567', parse_with_country_code: true },
      ]) {
        assert.equal(await problemOf('phn:cm:mobile', given), undefined);
        assert.deepEqual(await kept('phn:cm:mobile'), same);
      }
      for (const given of [{ n: '401234567' }, { phone: '401234567', parse_with_country_code: false }]) {
        assert.equal(await problemOf('phn:cm:mobile', given), undefined);
        assert.deepEqual(await kept('phn:cm:mobile'), { n: '401234567' });
      }
      const whole = (phone: string) => ({ phone, parse_with_country_code: true });
      for (const phone of ['+1 212 555 1234 ext. 55', '+1 (212) 555-1234 x55', 'tel:+1-212-555-1234']) {
        assert.equal(await problemOf('phn:cm:mobile', whole(phone)), undefined);
        assert.deepEqual(await kept('phn:cm:mobile'), { c: '1', n: '2125551234' });
      }
      for (const given of [{ c: '999', n: '1' }, { c: '1', n: '555' }, whole('1-800-FLOWERS'), { n: '800-FLOWERS' }])
        assert.match((await problemOf('phn:cm:mobile', given)) ?? 'taken', /not a phone number/, JSON.stringify(given));
    });

    test('places keep what is known of them, days their time zone, moments one spelling', async () => {
      await problemOf('geo::city', { name: 'Lisbon', lat: 38_722_252, other: 'x' });
      assert.deepEqual(await kept('geo::city'), { name: 'Lisbon', lat: 38_722_252 });
      await problemOf('dtz::b', { year: 1980, month: 3, day: 4, timezone: 'Europe/Lisbon', era: 'AD' });
      assert.deepEqual(await kept('dtz::b'), { year: 1980, month: 3, day: 4, timezone: 'Europe/Lisbon' });
      assert.match((await problemOf('dtz::b', { year: 1980, month: 3, day: 4, timezone: 'Moon' })) ?? '', /timezone/);
      for (const [given, moment] of [
        ['2025-10-15T14:30:00Z', '2025-10-15T14:30:00Z'],
        ['2025-10-15T16:30:00.500+02:00', '2025-10-15T14:30:00.500Z'],
        ['2025-10-15T14:30:00', '2025-10-15T14:30:00Z'],
      ]) {
        await problemOf('tme:cm:since', given);
        assert.equal(await kept('tme:cm:since'), moment);
      }
    });

    test('days that are not there, and years that no search can find, are refused', async () => {
      const since = 'failed to validate field tme:cm:since: ';
      for (const [given, problem] of [
        ['2025-02-30T00:00:00Z', 'no such day'],
        ['0001-01-01T00:00:00+01:00', 'expected a time in the years 1 to 9999 of UTC'],
        ['0000-01-01T00:00:00Z', 'expected a time in the years 1 to 9999 of UTC'],
        ['9999-12-31T23:59:59-23:59', 'expected a time in the years 1 to 9999 of UTC'],
      ]) {
        assert.equal(await problemOf('tme:cm:since', given), since + problem);
      }
      assert.equal(await problemOf('tme:cm:since', '0001-01-01T00:00:00Z'), undefined);
      for (const year of [0, 99_999]) {
        assert.equal(
          await problemOf('dtz::b', { year, month: 1, day: 1 }),
          'failed to validate field dtz::b: expected a year from 1 to 9999',
        );
      }
    });

    test('null clears, "" and 0 are values; a multi-select grows until it is cleared', async () => {
      await problemOf('str::last', '');
      await problemOf('int:cm:price', 0);
      assert.deepEqual([await kept('str::last'), await kept('int:cm:price')], ['', 0]);
      await problemOf('str::last', null);
      assert.equal(await kept('str::last'), undefined);
      await problemOf('sst:cm:brands', ['a']);
      await problemOf('sst:cm:brands', ['b', 'a']);
      assert.deepEqual(await kept('sst:cm:brands'), ['a', 'b']);
      const clear = (merge_strategy: number) =>
        wire.post(MERGE, {
          people: [
            {
              fields: { 'str::email': 'values@example.com', 'sst:cm:brands': ['c'] },
              clear_fields: { 'sst:cm:brands': true },
            },
          ],
          merge_strategy,
        });
      await clear(1);
      assert.deepEqual(await kept('sst:cm:brands'), ['a', 'b'], 'append only clears nothing');
      await clear(2);
      assert.deepEqual(await kept('sst:cm:brands'), ['c']);
    });

    test('fields of integrations can not be written, and those that the server keeps neither, nor cleared', async () => {
      assert.equal(await problemOf('str:oib:plan', 'x'), 'can not apply mutation for str:oib:plan');
      const notFound = (id: string) => `failed to validate field ${id} in schema: ${id}: Object not found`;
      assert.equal(await problemOf('tme::sa', '2025-10-15T14:30:00Z'), notFound('tme::sa'));
      const { text } = await wire.post(MERGE, {
        people: [{ fields: { 'str::email': 'values@example.com' }, clear_fields: { 'str::is': true } }],
      });
      assert.ok(text.includes(notFound('str::is')));
    });
  });

  describe('permissions', () => {
    test('have contexts, which are Ortto’s when the request has none', async () => {
      const email = { 'str::email': 'permit@example.com' };
      await one({ ...email, 'bol::sp': true });
      await wire.post(MERGE, {
        people: [{ fields: { ...email, 'bol::p': false }, location: { source_ip: '119.18.0.218' } }],
      });
      await one({ ...email, 'bol::p': true, 'str::s-ctx': 'At the fair', 'bol::sp': false });
      const fields = await fieldsOf('permit@example.com');
      assert.deepEqual(
        ['str::s-ctx', 'str::u-ctx', 'str::soi-ctx', 'str::soo-ctx'].map((id) => fields[id]),
        ['At the fair', 'Unsubscribed via API', 'Subscribed via API', 'Unsubscribed via API'],
      );
      assert.ok(fields.o && fields['tme::soo']);
      const events = await timelineOf('permit@example.com');
      assert.deepEqual(
        events.find(([id]) => id === 'act::u-all'),
        ['act::u-all', { 'str::is': 'API', 'str::u-ctx': 'Unsubscribed via API', 'str::ip': '119.18.0.218' }],
      );
      assert.deepEqual(
        events.find(([id]) => id === 'act::s-all'),
        ['act::s-all', { 'str::is': 'API', 'str::s-ctx': 'At the fair' }],
      );
    });
  });

  describe('location', () => {
    const at = async (location: unknown, email = 'where@example.com') => {
      const { status } = await wire.post(MERGE, { people: [{ fields: { 'str::email': email }, location }] });
      assert.equal(status, 200);
      const fields = await fieldsOf(email);
      return ['geo::ll', 'geo::ll-cty', 'geo::ll-r', 'geo::ll-cnt', 'str::lt'].map((id) => fields[id]);
    };

    test('sets what is known of the last one', async () => {
      const custom = {
        name: 'Office',
        region: 'Lisboa',
        country: 'Portugal',
        country_code: 'PT',
        latitude: 38.722252,
        longitude: -9.139337,
        timezone: 'Europe/Lisbon',
      };
      assert.deepEqual(await at({ source_ip: null, custom, address: null }), [
        { name: 'Office', lat: 38_722_252, lng: -9_139_337 },
        undefined,
        { name: 'Lisboa' },
        { name: 'Portugal' },
        'Europe/Lisbon',
      ]);
      const address = { city: 'Porto', country_code: 'pt' };
      assert.deepEqual((await at({ address }, 'porto@example.com')).slice(0, 4), [
        { name: 'Porto, Portugal' },
        { name: 'Porto' },
        undefined,
        { name: 'Portugal' },
      ]);
    });

    test('refuses nobody for what is wrong in it', async () => {
      const nothing = [undefined, undefined, undefined, undefined, undefined];
      for (const [i, location] of [
        null,
        'Lisbon',
        { source_ip: '1.2.3.4' },
        { custom: { latitude: 'x', timezone: 'Moon', name: 7, country_code: 'ZZZ' } },
      ].entries())
        assert.deepEqual(await at(location, `w${i}@example.com`), nothing);
    });
  });
});
