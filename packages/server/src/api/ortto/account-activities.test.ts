import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { internalId } from '@tributary/model';
import { openWire, type Wire } from './test/support.ts';

describe('activities of accounts, on Ortto’s wire', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const create = (body: object) => wire.post('/v1/accounts/activities/create', body);
  const define = (name: string) =>
    wire.post('/v1/definitions/activity/create', { name, touch: true, entity: 'account' });

  test('are found by name or by id, made where there is none, recorded once under a key', async () => {
    const { text: defined } = await define('Contract signed');
    assert.equal(JSON.parse(defined).custom_activity.activity_field_id, 'act:oc:contract-signed');
    const activity = {
      activity_id: 'act:oc:contract-signed',
      attributes: { 'int::v': 15300 },
      fields: { 'str:o:name': 'Oak' },
      created: wire.now().toISOString(),
      key: 'contract-1',
    };
    const body = { activities: [activity], merge_by: ['str:o:name'] };
    assert.equal((await create(body)).text, '{"activities":[{"status":"queued","account_status":"queued"}]}\n');
    await create(body);
    const { text } = await wire.post('/v1/accounts/merge', {
      accounts: [{ fields: { 'str:o:name': 'Oak' } }],
      merge_by: ['str:o:name'],
    });
    const { account_id: id } = JSON.parse(text).accounts[0];
    const named = { ...activity, fields: { 'str:o:organization_id': id }, key: 'contract-2' };
    await create({ activities: [named], merge_by: ['str:o:organization_id'] });
    const { rows } = await wire.t.db.query('select key from account_activity where account_id = $1 order by key', [
      internalId(id, 'account'),
    ]);
    assert.deepEqual(rows, [{ key: 'contract-1' }, { key: 'contract-2' }]);

    const filter = {
      '$act::has_occurred': {
        field_id: 'act:oc:contract-signed',
        filter: { '$int::greater_than': { field_id: 'int::v', value: 15000 } },
      },
    };
    const found = JSON.parse((await wire.post('/v1/accounts/get', { fields: ['ol'], filter })).text);
    assert.deepEqual(found.accounts, [{ id, fields: { ol: activity.created } }]);
  });

  test('of people are none of accounts, and the other way round', async () => {
    await define('Renewed');
    const ours = await create({ activities: [{ activity_id: 'act::v', fields: { 'str:o:name': 'Oak' } }] });
    assert.equal(ours.status, 400);
    assert.match(ours.text, /No valid activities provided \(act::v: Object not found/);
    const theirs = await wire.post('/v1/activities/create', {
      activities: [{ activity_id: 'act:oc:renewed', fields: { 'str::email': 'gina@example.com' } }],
    });
    assert.equal(theirs.status, 400);
  });

  test('an id that no account has makes none', async () => {
    await define('Lost');
    const { status, text } = await create({
      activities: [{ activity_id: 'act:oc:lost', account_id: '106b04c22500000000ffff00' }],
    });
    assert.deepEqual([status, JSON.parse(text).details], [400, [{ status: 'not_found', error: 'Account not found' }]]);
  });
});
