import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

const NUL = 'a\0b';
const HALF = 'a\ud800b';

const is = { '$str::is': { field_id: 'str::first', value: NUL } };
const did = {
  '$act::has_occurred': { field_id: 'act::o', filter: { '$str::is': { field_id: 'str:cm:a', value: HALF } } },
};

const cases: [method: 'PUT' | 'POST' | 'DELETE', path: string, body: object, at: string][] = [
  ['POST', 'person/get', { fields: [], filter: is }, 'filter.$str::is.value'],
  ['POST', 'accounts/get', { fields: [], filter: { $and: [is] } }, 'filter.$and.0.$str::is.value'],
  ['POST', 'person/get', { fields: [], filter: did }, 'filter.$act::has_occurred.filter.$str::is.value'],
  ['POST', 'person/get', { fields: [], filter: { [NUL]: {} } }, 'filter'],
  ['POST', 'tags/get', { q: NUL }, 'q'],
  ['PUT', 'person/custom-field/update', { field_id: NUL }, 'field_id'],
  ['PUT', 'definitions/activity/modify', { activity_field_id: NUL }, 'activity_field_id'],
  ['DELETE', 'definitions/activity/delete', { activity_field_id: HALF }, 'activity_field_id'],
];

describe('a text that the database can not hold', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  for (const [method, path, body, at] of cases) {
    test(`is told by ${method} ${path} to be at ${at}`, async () => {
      const { status, text } = await wire.call(method, `/v1/${path}`, body);
      const error = `Failed to parse request: ${at}: can not hold U+0000 or half a surrogate pair`;
      assert.deepEqual([status, JSON.parse(text)], [400, { request_id: '#', code: 400, error }]);
    });
  }

  test('as bytes that are no UTF-8 is told by its place, and nobody is made', async () => {
    const body = Buffer.from(
      JSON.stringify({ people: [{ fields: { 'str::email': 'c@example.com', 'str::first': 'Zoë' } }] }),
    );
    const latin = Buffer.from(body.toString(), 'latin1');
    const headers = { 'x-api-key': wire.key, 'content-type': 'application/json' };
    const { status, text } = await wire.send('POST', '/v1/person/merge', headers, latin);
    const error = `The body is not UTF-8: byte ${latin.indexOf(0xeb)} (0xeb) belongs to no character`;
    assert.deepEqual([status, JSON.parse(text)], [400, { request_id: '#', code: 400, error }]);
    assert.equal(await wire.people.findByEmail(wire.t.db, wire.ws, 'c@example.com'), undefined);
  });

  test('is told of its record, and the others are taken', async () => {
    const people = [
      { fields: { 'str::email': 'a@example.com', 'str::first': NUL } },
      { fields: { 'str::email': 'b@example.com' } },
    ];
    const { status, text } = await wire.post('/v1/person/merge', { people });
    const answers: { status: string }[] = JSON.parse(text).people;
    assert.deepEqual([status, ...answers.map((answer) => answer.status)], [200, 'invalid', 'created']);
  });
});
