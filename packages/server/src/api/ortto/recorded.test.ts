import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

/** Twenty characters: with their quotes, the length in Ortto's words. */
const NO_ID = '0069134e2a8f5cb1d2e3';
/** Spelled as an id is, and nobody's here. */
const ELSEWHERE = '0069134e2a8f5cb1d2e3f4ff';
const NOT_AN_ID =
  '{"request_id":"#","code":400,"error":"my-workspace: Failed to parse request cannot unmarshal into an ID, ' +
  'the length must be 12 or 24 + 2 for hex but it is 22: Object not found"}\n';

describe('as Ortto answers, to the letter', () => {
  let wire: Wire;
  let anna: string;
  before(async () => {
    wire = await openWire();
    const people = [{ fields: { 'str::email': 'anna@example.com', 'str::first': 'Anna' }, tags: ['Trial', 'VIP'] }];
    anna = JSON.parse((await wire.post('/v1/person/merge', { people })).text).people[0].person_id;
  });
  after(() => wire.close());

  const says = async (method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<[number, string]> => {
    const { status, text } = await wire.call(method, path, body);
    return [status, text];
  };

  test('JSON is application/json, with no word of a charset', async () => {
    for (const [path, body] of [
      ['/v1/person/get', {}],
      ['/v1/audiences/get', { search_term: 'none' }],
      ['/v1/person/merge', {}],
      ['/v1/nope', {}],
    ] as const) {
      assert.equal((await wire.post(path, body)).headers['content-type'], 'application/json', path);
    }
    assert.equal((await wire.send('OPTIONS', '/v1/person/get', {})).headers['content-type'], undefined);
  });

  test('what can be no id is refused in the same words, wherever it stands', async () => {
    for (const [method, path, body] of [
      ['POST', '/v1/person/get', { cursor_id: NO_ID }],
      ['POST', '/v1/person/get-by-ids', { contact_ids: [NO_ID] }],
      ['PUT', '/v1/person/archive', { inclusion_ids: [NO_ID] }],
      ['DELETE', '/v1/person/delete', { all_rows_selected: true, exclusion_ids: [NO_ID] }],
      ['POST', '/v1/person/get/activities', { person_id: NO_ID }],
      ['POST', '/v1/activities/create', { activities: [{ activity_id: 'act::us', person_id: NO_ID }] }],
      ['PUT', '/v1/audience/subscribe', { audience_id: NO_ID, people: [{ email: 'a@example.com' }] }],
      ['PUT', '/v1/audience/subscribe', { audience_id: ELSEWHERE, people: [{ person_id: NO_ID }] }],
      ['POST', '/v1/person/subscriptions', { people: [{ person_id: NO_ID }] }],
      ['POST', '/v1/accounts/get-by-ids', { account_ids: [NO_ID] }],
      ['PUT', '/v1/accounts/contacts/add', { account_id: NO_ID, person_ids: [] }],
    ] as const) {
      assert.deepEqual(await says(method, path, body), [400, NOT_AN_ID], `${path} ${JSON.stringify(body)}`);
    }
  });

  test('an activity of somebody who is not here does not hold up the others', async () => {
    const activities = [
      { activity_id: 'act::us', person_id: ELSEWHERE },
      { activity_id: 'act::us', person_id: anna.toUpperCase() },
    ];
    assert.deepEqual(await says('POST', '/v1/activities/create', { activities }), [
      200,
      '{"activities":[{"status":"not_found","error":"Person not found"},' +
        `{"person_id":"${anna.toUpperCase()}","status":"queued","person_status":"queued"}]}\n`,
    ]);
  });

  test('an operator that it does not know', async () => {
    assert.deepEqual(
      await says('POST', '/v1/person/get', {
        filter: { $and: [{ '$int::gt': { field_id: 'int::e', value: 20 } }] },
      }),
      [
        400,
        '{"request_id":"#","code":400,"error":"my-workspace: Failed to decode filter $and body ' +
          '[{\\"$int::gt\\":{\\"field_id\\":\\"int::e\\",\\"value\\":20}}]: Unknown operation $int::gt: ' +
          '{\\"field_id\\":\\"int::e\\",\\"value\\":20} (Invalid value) (Invalid value)"}\n',
      ],
    );
  });

  test('who has an account is told with it, asked for or not; fields come in the order of their ids', async () => {
    const merge = { accounts: [{ fields: { 'str:o:name': 'Acme' } }], merge_by: ['str:o:name'] };
    const acme = JSON.parse((await wire.post('/v1/accounts/merge', merge)).text).accounts[0].account_id;
    await wire.call('PUT', '/v1/accounts/contacts/add', { account_id: acme, person_ids: [anna] });
    const fields = `{"idt::o":"${acme}","str::email":"anna@example.com","str::first":"Anna"}`;
    assert.deepEqual(await says('POST', '/v1/person/get', { fields: ['str::first', 'str::email'] }), [
      200,
      `{"contacts":[{"id":"${anna}","fields":${fields}}],"meta":{"total_contacts":1,"total_organizations":0,` +
        `"total_matches":1,"total_subscribers":1},"offset":0,"next_offset":1,"cursor_id":"${anna}","has_more":false}\n`,
    ]);
    assert.deepEqual(
      await says('POST', '/v1/person/get-by-ids', { contact_ids: [anna], fields: ['str::first', 'str::email'] }),
      [200, `{"contacts":{"${anna}":{"id":"${anna}","fields":${fields}}}}\n`],
    );
    const all = Object.keys(JSON.parse((await wire.post('/v1/person/get', {})).text).contacts[0].fields);
    assert.deepEqual(all, all.toSorted());
  });

  test('tags of people and of accounts, each a series of numbers', async () => {
    const accounts = [
      { fields: { 'str:o:name': 'Acme' }, tags: ['Partner'] },
      { fields: { 'str:o:name': 'Besta' }, tags: ['VIP', 'Partner'] },
    ];
    await wire.post('/v1/accounts/merge', { accounts, merge_by: ['str:o:name'] });
    const row = (id: number, name: string, rest: string): string =>
      `{"id":${id},"instance_id":"my-workspace","name":"${name}","created_by_id":"000000000000000000000000",` +
      `"created_by_name":"","created_by_email":"","created_at":"#","last_used":"#",${rest}}`;
    const tags = async (body: unknown): Promise<string> =>
      (await wire.post('/v1/tags/get', body)).text.replace(/"(created_at|last_used)":"[^"]+"/g, '"$1":"#"');
    const ofPeople = ['Trial', 'VIP'].map((name, i) => row(i + 1, name, '"count":1,"subscribers":1,"type":""'));
    const ofAccounts = [
      row(1, 'Partner', '"count":2,"type":"organization"'),
      row(2, 'VIP', '"count":1,"type":"organization"'),
    ];
    assert.equal(await tags({}), `[${[...ofPeople, ...ofAccounts].join(',')}]\n`);
    assert.equal(await tags({ q: 'vip' }), `[${ofPeople[1]},${ofAccounts[1]}]\n`);
    const besta = (await wire.post('/v1/accounts/get', { q: 'Besta', fields: [] })).text;
    const { id } = JSON.parse(besta).accounts[0];
    await wire.call('PUT', '/v1/accounts/archive', { inclusion_ids: [id] });
    assert.equal(await tags({ q: 'part' }), `[${row(1, 'Partner', '"count":1,"type":"organization"')}]\n`);
  });

  test('the fields of people that Ortto’s help says can be written', async () => {
    const fields = {
      'bol::gdpr': true,
      'bol::p': true,
      'bol::sp': false,
      'dtz::b': { year: 1980, month: 3, day: 4, timezone: 'Australia/Sydney' },
      'geo::city': { name: 'Melbourne' },
      'geo::country': { name: 'Australia' },
      'geo::region': { name: 'Victoria' },
      'phn::phone': { c: '61', n: '401234567' },
      'str::android_token': 'a',
      'str::apn_ios_token': 'b',
      'str::ei': 'crm-1',
      'str::email': 'otto@example.com',
      'str::fcm_ios_token': 'c',
      'str::first': 'Otto',
      'str::language': 'en',
      'str::last': 'Oak',
      'str::name': 'Otto Oak',
      'str::postal': '3000',
      'str::s-ctx': 'd',
      'str::soi-ctx': 'e',
      'str::soo-ctx': 'f',
      'str::u-ctx': 'g',
    };
    const made = JSON.parse((await wire.post('/v1/person/merge', { people: [{ fields }] })).text).people[0];
    assert.equal(made.status, 'created');
    const asked = { contact_ids: [made.person_id], fields: Object.keys(fields) };
    const { contacts } = JSON.parse((await wire.post('/v1/person/get-by-ids', asked)).text);
    assert.deepEqual(contacts[made.person_id].fields, fields);
  });

  test('an empty order is none, as in other lists', async () => {
    assert.deepEqual(await says('POST', '/v1/suppression-list/email/get', { sort: '', sort_order: '' }), [
      200,
      '{"emails":[],"total":0,"offset":0,"next_offset":0,"has_more":false}\n',
    ]);
  });

  test('lists are asked with no body, whether or not one is announced', async () => {
    const key = { 'x-api-key': wire.key };
    for (const path of [
      '/v1/person/get',
      '/v1/person/custom-field/get',
      '/v1/accounts/get',
      '/v1/organizations/get',
      '/v1/accounts/custom-field/get',
      '/v1/organizations/custom-field/get',
      '/v1/audiences/get',
      '/v1/tags/get',
      '/v1/instance-schema/get',
      '/v1/suppression-list/email/get',
    ]) {
      for (const headers of [key, { ...key, 'content-type': 'application/json' }]) {
        assert.equal((await wire.send('POST', path, headers)).status, 200, path);
      }
    }
  });
});
