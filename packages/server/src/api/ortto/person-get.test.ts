import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

const GET = '/v1/person/get';
const BY_IDS = '/v1/person/get-by-ids';
const ZERO = '000000000000000000000000';

interface Contact {
  id: string;
  fields: Record<string, unknown>;
}

describe('finding people on Ortto’s wire', () => {
  let wire: Wire;
  const ids: string[] = [];

  before(async () => {
    wire = await openWire();
    await wire.post('/v1/person/custom-field/create', { type: 'decimal', name: 'Score' });
    const people = ['Anna', 'Ben', 'Cleo', 'Dora'].map((name, i) => ({
      fields: {
        'str::email': `${name.toLowerCase()}@example.com`,
        'str::first': name,
        ...(i < 3 ? { 'int:cm:score': (i + 1) * 1000 } : { 'bol::p': false }),
      },
      tags: i % 2 ? ['Odd', 'All'] : ['All'],
    }));
    const answer = JSON.parse((await wire.post('/v1/person/merge', { people })).text);
    ids.push(...answer.people.map(({ person_id }: { person_id: string }) => person_id));
  });
  after(() => wire.close());

  const find = async (body: object) => {
    const { status, text } = await wire.post(GET, body);
    assert.equal(status, 200, text);
    return JSON.parse(text) as { contacts: Contact[] | null; meta: object; cursor_id: string; has_more: boolean };
  };
  const names = async (body: object): Promise<unknown[]> =>
    ((await find({ ...body, fields: ['str::first'] })).contacts ?? []).map(({ fields }) => fields['str::first']);
  const is = (field_id: string, value: string) => ({ '$str::is': { field_id, value } });

  test('answers with those who match, the fields asked for, and how many there are', async () => {
    const { status, text } = await wire.post(GET, {
      limit: 2,
      sort_by_field_id: 'str::first',
      sort_order: 'asc',
      fields: ['str::email', 'int:cm:score', 'str::last', 'tags'],
      filter: { $and: [{ '$bol::is': { field_id: 'bol::p', value: true } }] },
    });
    assert.equal(status, 200);
    assert.equal(
      text,
      `{"contacts":[{"id":"${ids[0]}","fields":{"int:cm:score":1000,"str::email":"anna@example.com","tags":["All"]}},` +
        `{"id":"${ids[1]}","fields":{"int:cm:score":2000,"str::email":"ben@example.com","tags":["Odd","All"]}}],` +
        '"meta":{"total_contacts":4,"total_organizations":0,"total_matches":3,"total_subscribers":3},' +
        `"offset":0,"next_offset":2,"cursor_id":"${ids[1]}.${Buffer.from('["str::first","ben"]').toString('base64url')}","has_more":true}\n`,
    );
  });

  test('past the end there is nobody: null, and every number is zero, whatever was asked', async () => {
    const [first] = ids;
    for (const past of [{ offset: 9 }, { offset: 4, cursor_id: first }, { cursor_id: first }]) {
      const { text } = await wire.post(GET, past);
      assert.equal(
        text,
        '{"contacts":null,"meta":{"total_contacts":0,"total_organizations":0,"total_matches":0,"total_subscribers":0},' +
          `"offset":0,"next_offset":0,"cursor_id":"${ZERO}","has_more":false}\n`,
      );
    }
  });

  test('an empty body asks for everyone, newest first, with all their fields', async () => {
    for (const body of ['', '{}']) {
      const { status, text } = await wire.post(GET, body);
      assert.equal(status, 200, text);
      const { contacts } = JSON.parse(text) as { contacts: Contact[] };
      assert.deepEqual(
        contacts.map(({ id }) => id),
        ids.toReversed(),
      );
      assert.equal(contacts[3]!.fields['str::email'], 'anna@example.com');
      assert.match(String(contacts[3]!.fields.c), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
  });

  test('a limit out of range is fifty', async () => {
    for (const limit of [0, -1, 501, 1e9]) assert.equal((await find({ limit })).contacts?.length, 4);
    assert.equal((await find({ limit: 1 })).contacts?.length, 1);
  });

  test('sorts by any field, those without a value last, and pages by cursor without losing or repeating anyone', async () => {
    for (const [sort_by_field_id, sort_order, expected] of [
      ['int:cm:score', 'desc', ['Cleo', 'Ben', 'Anna', 'Dora']],
      ['int:cm:score', 'asc', ['Anna', 'Ben', 'Cleo', 'Dora']],
      ['str::email', 'desc', ['Dora', 'Cleo', 'Ben', 'Anna']],
      ['c', 'asc', ['Anna', 'Ben', 'Cleo', 'Dora']],
      ['bol::p', 'asc', ['Dora', 'Anna', 'Ben', 'Cleo']],
    ] as const) {
      assert.deepEqual(await names({ sort_by_field_id, sort_order }), expected);
      const paged: unknown[] = [];
      let cursor_id = ZERO;
      for (let more = true; more; ) {
        const page = await find({ sort_by_field_id, sort_order, limit: 1, cursor_id, fields: ['str::first'] });
        paged.push(...page.contacts!.map(({ fields }) => fields['str::first']));
        cursor_id = page.cursor_id;
        more = page.has_more;
      }
      assert.deepEqual(paged, expected);
    }
    assert.equal((await wire.post(GET, { sort_by_field_id: 'tags' })).status, 400);
  });

  test('sorts by every time that is kept, and takes a field that is not there for one that nobody has a value of', async () => {
    const change = (what: string, ...of: number[]) =>
      wire.call('PUT', `/v1/person/${what}`, { inclusion_ids: of.map((i) => ids[i]) });
    await change('archive', 1, 3);
    await change('restore', 1, 3);
    const restored = { sort_by_field_id: 'r' };
    assert.deepEqual(await names(restored), ['Dora', 'Ben', 'Cleo', 'Anna']);
    const { cursor_id } = await find({ ...restored, limit: 1 });
    assert.deepEqual(await names({ ...restored, cursor_id }), ['Ben', 'Cleo', 'Anna']);
    const newestFirst = ['Dora', 'Cleo', 'Ben', 'Anna'];
    for (const sort_by_field_id of ['o', 'str:cm:nope', 'sst:cm:nope', 'nope', 'tme:cm:nope!l'])
      assert.deepEqual(await names({ sort_by_field_id }), newestFirst, sort_by_field_id);
  });

  test('a sorted page goes on from where it ended, wherever whoever it ended with has moved meanwhile', async () => {
    const asked = { sort_by_field_id: 'int:cm:score', sort_order: 'asc', limit: 2, fields: ['str::first'] };
    const first = await find(asked);
    assert.deepEqual(
      first.contacts!.map(({ fields }) => fields['str::first']),
      ['Anna', 'Ben'],
    );
    const score = async (value: number) => {
      const people = [{ fields: { 'str::email': 'ben@example.com', 'int:cm:score': value } }];
      assert.equal((await wire.post('/v1/person/merge', { people, merge_by: ['str::email'] })).status, 200);
    };
    await score(1_000_000);
    assert.deepEqual(await names({ ...asked, limit: 9, cursor_id: first.cursor_id }), ['Cleo', 'Ben', 'Dora']);
    await score(2000);
    const other = { ...asked, limit: 9, sort_by_field_id: 'str::first', cursor_id: first.cursor_id };
    assert.deepEqual(await names(other), ['Cleo', 'Dora'], 'sorted by something else, from where they stand now');
    assert.deepEqual(await names({ ...asked, limit: 9, cursor_id: ids[1] }), ['Cleo', 'Dora'], 'as by their id alone');
    const [id] = first.cursor_id.split('.');
    for (const place of ['["int:cm:score","many"]', '["int:cm:score"]', 'x']) {
      const cursor_id = `${id}.${Buffer.from(place).toString('base64url')}`;
      const { status, text } = await wire.post(GET, { ...asked, cursor_id });
      assert.deepEqual(
        [status, text],
        [400, '{"request_id":"#","code":400,"error":"cursor_id: not one of an answer; begin again without it"}\n'],
      );
    }
  });

  test('free text finds a phone number, however it is written', async () => {
    const phoned = (phone: object | null) =>
      wire.post('/v1/person/merge', {
        people: [{ fields: { 'str::email': 'cleo@example.com', 'phn::phone': phone } }],
      });
    await phoned({ c: '351', n: '912345678' });
    for (const q of [
      '+351912345678',
      '351912345678',
      '+351 912 345 678',
      '00351 912-345-678',
      '(912) 345.678',
      '+3519',
    ])
      assert.deepEqual(await names({ q }), ['Cleo'], q);
    for (const q of ['351912345679', '+912345678901', '3-5']) assert.deepEqual(await names({ q }), [], q);
    await phoned(null);
  });

  test('a filter finds a phone number in every form in which it can be given, and however it is dialled', async () => {
    const phoned = (phone: object | null) =>
      wire.post('/v1/person/merge', {
        people: [{ fields: { 'str::email': 'cleo@example.com', 'phn::phone': phone } }],
      });
    const with_ = (operator: string, value: unknown) =>
      names({ filter: { [operator]: { field_id: 'phn::phone', value } } });
    await phoned({ phone: '0061 401 234 567', parse_with_country_code: true });
    for (const value of [
      '61401234567',
      '0061 401 234 567',
      '+61 (0)401 234 567',
      { c: '61', n: '401234567' },
      { c: '0061', n: '0401 234 567' },
      { phone: '0061401234567', parse_with_country_code: true },
    ]) {
      assert.deepEqual(await with_('$phn::iis', value), ['Cleo'], JSON.stringify(value));
      assert.deepEqual(await with_('$phn::starts', value), ['Cleo'], JSON.stringify(value));
      assert.deepEqual(await with_('$phn::iis_not', value), ['Dora', 'Ben', 'Anna'], JSON.stringify(value));
    }
    assert.deepEqual(await with_('$phn::starts', '00614'), ['Cleo']);
    assert.deepEqual(await with_('$phn::iis', '0061 401 234 568'), []);
    await phoned({ n: '00401' });
    assert.deepEqual(await with_('$phn::iis', '00401'), ['Cleo'], 'one of no country is kept as it stands');
    await phoned(null);
  });

  test('free text looks into names and addresses, whatever the case', async () => {
    assert.deepEqual(await names({ q: 'CLEO' }), ['Cleo']);
    assert.deepEqual(await names({ q: 'example.com', sort_order: 'asc', limit: 2 }), ['Anna', 'Ben']);
    assert.deepEqual(await names({ q: "'; drop table person; --" }), []);
  });

  test('filters by tags and by what people did', async () => {
    await wire.post('/v1/definitions/activity/create', { name: 'Paid' });
    const activities = [1, 1, 2].map((i) => ({ activity_id: 'act:cm:paid', person_id: ids[i] }));
    await wire.post('/v1/activities/create', { activities });
    const paid = (more: object) => ({ '$act::has_occurred': { field_id: 'act:cm:paid', ...more } });
    const sorted = { sort_by_field_id: 'str::first', sort_order: 'asc' };
    assert.deepEqual(await names({ ...sorted, filter: paid({}) }), ['Ben', 'Cleo']);
    assert.deepEqual(await names({ ...sorted, filter: paid({ count: { at_least: 2 } }) }), ['Ben']);
    assert.deepEqual(await names({ ...sorted, filter: { '$u4s::is': { field_id: 'u4s::t', value: 1 } } }), [
      'Anna',
      'Ben',
      'Cleo',
      'Dora',
    ]);
    assert.deepEqual(await names({ ...sorted, filter: { '$str::set_contains': { field_id: 'tags', value: 'odd' } } }), [
      'Ben',
      'Dora',
    ]);
    for (const tagged of [
      { '$str::is_not': { field_id: 'tags', value: 'Odd' } },
      { '$u4s::is_not': { field_id: 'tags', value: 2 } },
    ])
      assert.deepEqual(await names({ ...sorted, filter: tagged }), ['Anna', 'Cleo'], JSON.stringify(tagged));
  });

  test('filters by how near the last location is', async () => {
    const located = {
      activity_id: 'act:cm:located',
      fields: { 'str::email': 'cleo@example.com' },
      location: { custom: { latitude: 38.722, longitude: -9.139 } },
    };
    await wire.post('/v1/definitions/activity/create', { name: 'Located' });
    assert.equal((await wire.post('/v1/activities/create', { activities: [located] })).status, 200);
    const near = { field_id: 'proximity::loc', value: { latitude: 38.7, longitude: -9.1, radius: 10 } };
    assert.deepEqual(await names({ filter: { $proximity_is_within: near } }), ['Cleo']);
  });

  test('a wrong filter is refused as Ortto does, with the part at fault', async () => {
    const filter = { $and: [is('str::first', 'Anna'), { '$int::gt': { field_id: 'int:cm:score', value: 1 } }] };
    const { status, text } = await wire.post(GET, { filter });
    assert.equal(status, 400);
    const { error } = JSON.parse(text) as { error: string };
    assert.match(error, /: Failed to decode filter \$and body \[\{.*\}\]: Unknown operation \$int::gt: /);
    const not = await wire.post(GET, { filter: { $not: [is('str::first', 'Anna')] } });
    assert.match(JSON.parse(not.text).error, /: Unknown operation \$not: /);
    assert.ok(error.endsWith('$int::gt: {"field_id":"int:cm:score","value":1} (Invalid value) (Invalid value)'));
    for (const wrong of [
      is('str::nope', 'x'),
      { '$act::has_occurred': { field_id: 'act:cm:nope' } },
      { $has_started_campaign: { campaign_id: ZERO } },
      [],
      'x',
      { $and: {} },
      { '$int::is_not': { field_id: 'str::first', value: 1 } },
      { '$act::has_occurred': { field_id: 'act::o', filter: { $is_member_of: { audience_id: ZERO } } } },
      { '$u4s::is': { field_id: 'u4s::t', value: -5e-324 } },
    ]) {
      assert.equal((await wire.post(GET, { filter: wrong })).status, 400, JSON.stringify(wrong));
    }
  });

  test('by ids: an object by id, without those who are not there', async () => {
    const { text } = await wire.post(BY_IDS, { contact_ids: [ids[1], ids[0], ZERO], fields: ['str::email'] });
    assert.deepEqual(JSON.parse(text), {
      contacts: {
        [ids[0]!]: { id: ids[0], fields: { 'str::email': 'anna@example.com' } },
        [ids[1]!]: { id: ids[1], fields: { 'str::email': 'ben@example.com' } },
      },
    });
  });

  test('an id that can not be one is refused in Ortto’s words', async () => {
    const { status, text } = await wire.post(BY_IDS, { contact_ids: ['0069134e2a8f5cb1d2e3f4'] });
    assert.equal(status, 400);
    assert.match(
      text,
      /Failed to parse request cannot unmarshal into an ID, the length must be 12 or 24 \+ 2 for hex but it is 24: Object not found/,
    );
  });
});
