import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

const MERGE = '/v1/person/merge';

describe('the form of what is sent', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const fieldsOf = async (email: string) => {
    const id = (await wire.people.findByEmail(wire.t.db, wire.ws, email))!;
    return (await wire.people.find(wire.t.db, wire.ws, [id])).get(id)!.fields;
  };

  test('a record that is wrong in its form says so in its place, and holds up no other', async () => {
    const fields = { 'str::email': 'forms@example.com' };
    const people = [
      { fields, tags: [''] },
      { fields, tags: [' \t'] },
      { fields, unset_tags: ['x'.repeat(256)] },
      { tags: ['Good'] },
      { fields },
    ];
    const merged = await wire.post(MERGE, { people, merge_by: ['str::email'] });
    assert.equal(merged.status, 200, merged.text);
    assert.deepEqual(
      JSON.parse(merged.text).people.map(({ status, error }: { status: string; error?: string }) => [status, error]),
      [
        ['invalid', 'a tag has 1 to 255 characters, not 0'],
        ['invalid', 'a tag is not made of spaces alone'],
        ['invalid', 'a tag has 1 to 255 characters, not 256'],
        ['invalid', 'none of the merge keys is given: str::email'],
        ['created', undefined],
      ],
    );
    await wire.post('/v1/definitions/activity/create', { name: 'Formed' });
    const activity = { activity_id: 'act:cm:formed', fields };
    const zoneless = wire.now().toISOString().replace('Z', '');
    const activities = ['bad', '', zoneless].map((created) => ({ ...activity, created }));
    for (const async of [false, true]) {
      const { status, text } = await wire.post('/v1/activities/create', { activities, async });
      assert.equal(status, 200, text);
      const error = 'act:cm:formed: created is not an RFC 3339 time such as "2025-10-15T14:30:00Z"';
      assert.deepEqual(JSON.parse(text).activities, [
        { status: 'invalid', error },
        { status: 'invalid', error },
        { status: 'queued', person_status: 'queued' },
      ]);
    }
  });

  test('of another place, what was known of the one before is not known', async () => {
    const email = { 'str::email': 'moves@example.com' };
    const at = (custom: object) =>
      wire.post(MERGE, { people: [{ fields: email, location: { custom } }], merge_by: ['str::email'] });
    const known = async () => {
      const fields = await fieldsOf(email['str::email']);
      return ['geo::ll-cty', 'geo::ll-r', 'geo::ll-cnt', 'str::lt'].map((id) => fields[id]);
    };
    await at({ city: 'Melbourne', region: 'Victoria', country: 'Australia', timezone: 'Australia/Melbourne' });
    await at({ timezone: 'Australia/Sydney' });
    const victoria = [{ name: 'Melbourne' }, { name: 'Victoria' }, { name: 'Australia' }, 'Australia/Sydney'];
    assert.deepEqual(await known(), victoria);
    await at({ city: 'Lisbon', country: 'Portugal' });
    assert.deepEqual(await known(), [{ name: 'Lisbon' }, undefined, { name: 'Portugal' }, undefined]);
  });

  test('a definition has each attribute once, a text no choices, and a name of blanks one complaint', async () => {
    const post = async (path: string, body: object) => {
      const { status, text } = await wire.post(path, body);
      return [status, JSON.parse(text)] as const;
    };
    const twice = { name: 'Size', display_type: 'text' };
    const [refused, why] = await post('/v1/definitions/activity/create', { name: 'Twice', attributes: [twice, twice] });
    assert.deepEqual([refused, why.error], [400, 'Failed to parse request: attributes: two of them are str:cm:size']);
    const create = (body: object) => post('/v1/person/custom-field/create', body);
    assert.deepEqual(await create({ type: 'text', name: 'Plain', values: ['A'] }), [
      200,
      { name: 'Plain', field_id: 'str:cm:plain', display_type: 'text' },
    ]);
    const [, select] = await create({ type: 'single_select', name: 'Plan', values: ['A', 'B', 'A'] });
    assert.deepEqual(select.values, ['A', 'B']);
    const [, blank] = await create({ type: 'text', name: '   ' });
    assert.equal(blank.error, 'Failed to parse request: name: has no letter and no digit');
    const [status, created] = await post('/v1/definitions/activity/create', { name: 'Once' });
    const { rows } = await wire.t.db.query<{ at: Date }>(
      `select created_at as at from activity_definition where activity_id = 'act:cm:once'`,
    );
    assert.deepEqual([status, created.custom_activity.created_at], [200, rows[0]!.at.toISOString()]);
  });

  test('a value of the wrong type gets one complaint', async () => {
    const { text } = await wire.post(MERGE, { people: [{ fields: {} }], merge_by: 'str::x' });
    const error = 'Failed to parse request: merge_by: Invalid input: expected array, received string';
    assert.equal(JSON.parse(text).error, error);
  });

  test('the account that is not there is named as it was sent', async () => {
    const { status, text } = await wire.call('PUT', '/v1/accounts/contacts/add', {
      account_id: '106b04c22500',
      person_ids: [],
    });
    assert.deepEqual([status, JSON.parse(text).error], [404, 'there is no account 106b04c22500']);
  });

  test('a time zone that is left empty is none', async () => {
    const filter = { '$tme::relative_exactly': { field_id: 'l', days_ago: 1, timezone: '' } };
    assert.equal((await wire.post('/v1/person/get', { filter })).status, 200);
  });
});
