import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asking } from './test/asking.ts';
import { openWire, type Wire } from './test/support.ts';

const DEFINITION = '/v1/definitions/activity';

describe('what there is to say of people and of accounts', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const { ok, refused } = asking(() => wire);

  test('a choice is as long as a value can be, of people and of accounts; one that is longer can be removed', async () => {
    const long = 'x'.repeat(256);
    for (const whose of ['person', 'accounts']) {
      const create = (value: string) => ({ type: 'single_select', name: 'Length', values: ['ok', value] });
      const why = (path: string) => `400 Failed to parse request: ${path}: longer than 255 characters`;
      assert.equal(await refused('POST', `/v1/${whose}/custom-field/create`, create(long)), why('values.1'));
      const made = JSON.parse(await ok('POST', `/v1/${whose}/custom-field/create`, create('😀'.repeat(255))));
      const update = `/v1/${whose}/custom-field/update`;
      const change = { field_id: made.field_id };
      assert.equal(await refused('PUT', update, { ...change, add_values: [long] }), why('add_values.0'));
      assert.equal(await refused('PUT', update, { ...change, replace_values: [long] }), why('replace_values.0'));
      // As an earlier version took it.
      await wire.t.db.query(`update field set choices = to_jsonb(array['ok', $2::text]) where id = $1`, [
        made.field_id,
        long,
      ]);
      assert.match(await ok('PUT', update, { ...change, remove_values: [long] }), /"values":\["ok"\]/);
    }
  });

  test('an activity is found by the name it was made with, of people first, else of accounts', async () => {
    const modify = (body: object) => ok('PUT', `${DEFINITION}/modify`, { name: 'Contract signed', ...body });
    const [none, change] = ['404 act:cm:contract-signed: there is no such activity', { name: 'Contract signed' }];
    assert.equal(await refused('PUT', `${DEFINITION}/modify`, change), none);
    await ok('POST', `${DEFINITION}/create`, { name: 'Contract signed', entity: 'account' });
    const seats = [{ name: 'Seats', display_type: 'integer' }];
    const { custom_activity: made } = JSON.parse(await modify({ touch: true, attributes: seats }));
    assert.deepEqual(
      [made.activity_field_id, made.touch, made.attributes[0].liquid_name],
      ['act:oc:contract-signed', true, 'activity.custom.contract-signed.seats'],
    );
    await ok('POST', `${DEFINITION}/create`, { name: 'Contract signed' });
    assert.match(await modify({ state: 'live' }), /"activity_field_id":"act:cm:contract-signed","state":"live"/);
    await ok('DELETE', `${DEFINITION}/delete`, { activity_field_id: 'act:cm:contract-signed' });
    assert.match(await modify({ state: 'live' }), /"activity_field_id":"act:oc:contract-signed","state":"live"/);
  });
});
