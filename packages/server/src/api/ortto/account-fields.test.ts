import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWire, type Wire } from './test/support.ts';

describe('custom fields of accounts, on Ortto’s wire', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const get = () => wire.post('/v1/organizations/custom-field/get', '');

  test('are made, told of flat, and changed', async () => {
    const other = await openWire();
    try {
      assert.equal((await other.post('/v1/accounts/custom-field/get', '')).text, '{"fields":null}\n');
    } finally {
      await other.close();
    }
    const body = { type: 'single_select', name: 'Tier', values: ['Gold', 'Silver'] };
    assert.equal(
      (await wire.post('/v1/accounts/custom-field/create', body)).text,
      '{"name":"Tier","field_id":"str:oc:tier","display_type":"single_select","values":["Gold","Silver"]}\n',
    );
    assert.equal((await wire.post('/v1/organizations/custom-field/create', body)).status, 423);
    const { fields } = JSON.parse((await get()).text);
    assert.deepEqual(fields.at(-1), {
      id: 'str:oc:tier',
      name: 'Tier',
      display_type: 'single_select',
      liquid_name: 'account.custom.tier',
      dic_items: ['Gold', 'Silver'],
    });
    const update = async (change: object) =>
      (await wire.call('PUT', '/v1/accounts/custom-field/update', { field_id: 'str:oc:tier', ...change })).text;
    const told = (values: string[], tracked = false) =>
      `{"field_id":"str:oc:tier","values":${JSON.stringify(values)},"track_changes":${tracked}}\n`;
    assert.equal(await update({ add_values: ['Bronze', 'Gold'] }), told(['Gold', 'Silver', 'Bronze']));
    assert.equal(await update({ remove_values: ['Silver'] }), told(['Gold', 'Bronze']));
    assert.equal(await update({ replace_values: ['A'], add_values: ['B'], track_changes: true }), told(['A'], true));
  });

  test('one that is not there, and one without choices, can not be changed', async () => {
    const update = (field_id: string) =>
      wire.call('PUT', '/v1/accounts/custom-field/update', { field_id, add_values: ['x'] });
    assert.equal((await update('str:oc:none')).status, 404);
    await wire.post('/v1/accounts/custom-field/create', { type: 'text', name: 'Plain' });
    assert.equal((await update('str:oc:plain')).status, 400);
  });

  test('are no fields of people', async () => {
    await wire.post('/v1/accounts/custom-field/create', { type: 'text', name: 'Only here' });
    const { status } = await wire.post('/v1/person/merge', {
      people: [{ fields: { 'str::email': 'x@example.com', 'str:oc:only-here': 'x' } }],
    });
    assert.equal(status, 400);
  });

  test('stand in the schema, with the activities of accounts, under `oc`', async () => {
    const other = await openWire();
    try {
      const schema = async (): Promise<string> =>
        (await other.post('/v1/instance-schema/get', { namespaces: ['oc', 'cm'] })).text;
      assert.equal(await schema(), '{"namespaces":{}}\n');
      await other.post('/v1/accounts/custom-field/create', {
        type: 'single_select',
        name: 'Tier',
        values: ['Gold', 'Silver'],
      });
      await other.post('/v1/accounts/custom-field/create', { type: 'currency', name: 'Größe' });
      await other.post('/v1/definitions/activity/create', {
        name: 'Contract signed',
        entity: 'account',
        attributes: [{ name: 'Seats', display_type: 'integer' }],
      });
      assert.equal(
        await schema(),
        '{"namespaces":{"oc":{"id":"oc","fields":{' +
          '"act:oc:contract-signed":{"id":"act:oc:contract-signed","name":"Contract signed","display_type":"activity",' +
          '"attributes":[{"id":"int:cm:seats","name":"Seats","display_type":"integer","liquid_name":"activity.custom.contract-signed.seats"}]},' +
          '"int:oc:große":{"id":"int:oc:große","name":"Größe","display_type":"currency","liquid_name":"account.custom.große"},' +
          '"str:oc:tier":{"id":"str:oc:tier","name":"Tier","display_type":"single_select","liquid_name":"account.custom.tier",' +
          '"dic_items":["Gold","Silver"]}},"org":true}}}\n',
      );
      const { namespaces } = JSON.parse((await other.post('/v1/instance-schema/get', '')).text);
      assert.deepEqual(Object.keys(namespaces), ['', 'o', 'oc']);
    } finally {
      await other.close();
    }
  });
});
