import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asking } from './test/asking.ts';
import { openWire, type Wire } from './test/support.ts';

const FIELD = '/v1/person/custom-field';
const DEFINITION = '/v1/definitions/activity';
const SCHEMA = '/v1/instance-schema/get';

interface Namespace {
  id: string;
  fields: Record<string, Record<string, unknown>>;
}

describe('what there is to say of people', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const { ok, refused } = asking(() => wire);
  const bare = (path: string) => wire.send('POST', path, { 'x-api-key': wire.key, 'content-type': 'application/json' });
  const merge = (fields: object) =>
    ok('POST', '/v1/person/merge', { people: [{ fields: { 'str::email': 'anna@example.com', ...fields } }] });
  const did = async (activity: string) => {
    const { rows } = await wire.t.db.query<{ attributes: object }>(
      `select a.attributes from activity a join activity_definition d on d.id = a.definition_id
       where d.activity_id = $1 order by a.occurred_at, a.id`,
      [activity],
    );
    return rows.map((row) => row.attributes);
  };

  test('custom fields: none is null; a request without a body is one', async () => {
    assert.equal((await bare(`${FIELD}/get`)).text, '{"fields":null}\n');
  });

  test('custom fields come as they were made, selects with what can be chosen', async () => {
    await ok('POST', `${FIELD}/create`, { type: 'text', name: 'Job title', track_changes: true });
    await ok('POST', `${FIELD}/create`, { type: 'single_select', name: 'Plan', values: ['Trial', 'Paid'] });
    assert.equal(
      (await bare(`${FIELD}/get`)).text,
      '{"fields":[{"field":{"id":"str:cm:job-title","name":"Job title","display_type":"text",' +
        '"liquid_name":"people.custom.job-title"},"tracked_value":true},' +
        '{"field":{"id":"str:cm:plan","name":"Plan","display_type":"single_select","liquid_name":"people.custom.plan",' +
        '"dic_items":["Trial","Paid"]},"tracked_value":false}]}\n',
    );
  });

  test('choices are replaced, else added, else removed', async () => {
    const update = (body: object) => ok('PUT', `${FIELD}/update`, { field_id: 'str:cm:plan', ...body });
    assert.equal(
      await update({ add_values: ['Free', 'Paid'] }),
      '{"field_id":"str:cm:plan","values":["Trial","Paid","Free"],"track_changes":false}\n',
    );
    assert.equal(
      await update({ remove_values: ['Trial', 'Never there'] }),
      '{"field_id":"str:cm:plan","values":["Paid","Free"],"track_changes":false}\n',
    );
    assert.equal(
      await update({ replace_values: ['A', 'B'], add_values: ['C'], remove_values: ['A'] }),
      '{"field_id":"str:cm:plan","values":["A","B"],"track_changes":false}\n',
    );
    assert.equal(
      await ok('PUT', `${FIELD}/update`, { field_id: 'str:cm:job-title' }),
      '{"field_id":"str:cm:job-title","values":null,"track_changes":true}\n',
    );
  });

  test('what can not be changed is refused, and says why', async () => {
    const update = (body: object) => refused('PUT', `${FIELD}/update`, body);
    assert.equal(await update({ field_id: 'str:cm:nope' }), '404 str:cm:nope: there is no such custom field');
    assert.equal(
      await update({ field_id: 'str:cm:job-title', add_values: ['x'] }),
      '400 str:cm:job-title is a field of type text: it has no choices',
    );
    await ok('POST', `${FIELD}/create`, { type: 'multi_select', name: 'Brands', values: ['Volvo'] });
    assert.equal(
      await update({ field_id: 'sst:cm:brands', track_changes: true, add_values: ['Saab'] }),
      '400 changes of multi_select fields can not be tracked',
    );
    assert.equal(
      await refused('POST', `${FIELD}/create`, { type: 'multi_select', name: 'Shops', track_changes: true }),
      '400 changes of multi_select fields can not be tracked',
    );
    assert.equal((await bare(`${FIELD}/get`)).text.includes('Shops'), false);
  });

  test('a change of Anna’s job title, which is tracked, is on her timeline; her first one is no change', async () => {
    await merge({ 'str:cm:job-title': 'Engineer' });
    await merge({ 'str:cm:job-title': 'Engineer', 'str::first': 'Anna' });
    assert.deepEqual(await did('act:cm:custom-job-title-changed'), []);
    await merge({ 'str:cm:job-title': 'Lead' });
    await merge({ 'str:cm:job-title': null });
    assert.deepEqual(await did('act:cm:custom-job-title-changed'), [
      { 'str:cm:previous-value': 'Engineer', 'str:cm:new-value': 'Lead' },
      { 'str:cm:previous-value': 'Lead' },
    ]);
  });

  test('tracking that is turned off records no more, and on again goes on', async () => {
    const track = (track_changes: boolean) =>
      ok('PUT', `${FIELD}/update`, { field_id: 'str:cm:job-title', track_changes });
    assert.match(await track(false), /"track_changes":false/);
    await merge({ 'str:cm:job-title': 'Boss' });
    assert.equal((await did('act:cm:custom-job-title-changed')).length, 2);
    await track(true);
    await merge({ 'str:cm:job-title': 'Owner' });
    assert.deepEqual((await did('act:cm:custom-job-title-changed'))[2], {
      'str:cm:previous-value': 'Boss',
      'str:cm:new-value': 'Owner',
    });
  });

  test('an activity’s attributes are called after their names, also where nothing is to be mapped', async () => {
    const text = await ok('POST', `${DEFINITION}/create`, {
      name: 'act1',
      icon_id: 'happy-illustration-icon',
      touch: true,
      attributes: [
        { name: 'attr1', display_type: 'text' },
        { name: 'attr2', display_type: 'integer', field_id: '' },
        { name: 'attr3', display_type: 'single_select', field_id: 'do-not-map' },
        { name: 'attr5', display_type: 'text', field_id: 'str::first' },
      ],
    });
    const { attributes } = JSON.parse(text).custom_activity;
    assert.deepEqual(
      attributes.map((one: { field_id: string }) => one.field_id),
      ['str:cm:attr1', 'int:cm:attr2', 'str:cm:attr3', 'str::first'],
    );
    assert.equal(attributes[1].liquid_name, 'activity.custom.act1.attr2');
  });

  test('a definition is modified where something is said; the rest stays', async () => {
    const text = await ok('PUT', `${DEFINITION}/modify`, {
      activity_field_id: 'act:cm:act1',
      name: 'Act one',
      state: 'live',
      visible_in_feeds: false,
      attributes: [{ name: 'attr1', display_type: 'text' }],
    });
    assert.equal(
      text.replace(/"(created|edited)_at":"[^"]+"/g, '"$1_at":"#"'),
      '{"custom_activity":{"name":"Act one","activity_field_id":"act:cm:act1","state":"live",' +
        '"display_mode":{"type":"activity"},"attributes":[{"name":"attr1","field_id":"str:cm:attr1",' +
        '"display_type":"text","liquid_name":"activity.custom.act1.attr1"}],"icon_id":"happy-illustration-icon",' +
        '"track_conversion_value":false,"touch":true,"filterable":true,"visible_in_feeds":false,' +
        '"created_by":"Public API","created_at":"#","edited_at":"#"}}\n',
    );
    const again = JSON.parse(await ok('PUT', `${DEFINITION}/modify`, { name: 'act1', touch: false })).custom_activity;
    assert.deepEqual([again.name, again.touch, again.attributes.length], ['act1', false, 1]);
  });

  test('an attribute that could never be recorded is refused, made or modified', async () => {
    const wrong = ['nonsense', 'l', 'foo:cm:x', 'str:cm:', 'act:cm:act1'];
    for (const field_id of wrong) {
      const attributes = [
        { name: 'Place', display_type: 'text' },
        { name: 'x', display_type: 'text', field_id },
      ];
      const why = `400 Failed to parse request: attributes.1.field_id: "${field_id}" is not an attribute id such as str:cm:name`;
      assert.equal(await refused('POST', `${DEFINITION}/create`, { name: 'Never', attributes }), why);
      const change = { activity_field_id: 'act:cm:act1', attributes };
      assert.equal(await refused('PUT', `${DEFINITION}/modify`, change), why);
    }
    assert.equal((await bare(SCHEMA)).text.includes('act:cm:never'), false);
  });

  test('an activity that is deleted is archived: it can not be recorded, and made again it can', async () => {
    const record = () =>
      wire.post('/v1/activities/create', {
        activities: [{ activity_id: 'act:cm:act1', fields: { 'str::email': 'anna@example.com' } }],
      });
    assert.equal((await record()).status, 200);
    assert.equal(
      await ok('DELETE', `${DEFINITION}/delete`, { activity_field_id: 'act:cm:act1' }),
      '{"archived_activity":"act:cm:act1"}\n',
    );
    assert.equal((await record()).status, 400);
    assert.equal((await did('act:cm:act1')).length, 1);
    const gone = '404 act:cm:act1: there is no such activity';
    assert.equal(await refused('DELETE', `${DEFINITION}/delete`, { activity_field_id: 'act:cm:act1' }), gone);
    assert.equal(await refused('PUT', `${DEFINITION}/modify`, { activity_field_id: 'act:cm:act1' }), gone);
    await ok('POST', `${DEFINITION}/create`, { name: 'act1' });
    assert.equal((await record()).status, 200);
    assert.equal((await did('act:cm:act1')).length, 2);
  });

  test('what is built in stays as it is', async () => {
    const why = '400 act::o is built in and stays as it is';
    assert.equal(await refused('DELETE', `${DEFINITION}/delete`, { activity_field_id: 'act::o' }), why);
    assert.equal(await refused('PUT', `${DEFINITION}/modify`, { activity_field_id: 'act::o', touch: false }), why);
  });

  test('tags: how many have each, and how many of them get mail', async () => {
    assert.equal((await bare('/v1/tags/get')).text, '[]\n');
    await ok('POST', '/v1/person/merge', {
      people: [
        { fields: { 'str::email': 'anna@example.com' }, tags: ['Trial', 'VIP'] },
        { fields: { 'str::email': 'boris@example.com', 'bol::p': false }, tags: ['VIP'] },
        { fields: { 'str::email': 'carla@example.com', 'bol::p': false }, tags: ['Lost'] },
      ],
    });
    const at = '"created_at":"#","last_used":"#"';
    const row = (id: number, name: string, rest: string) =>
      `{"id":${id},"instance_id":"my-workspace","name":"${name}","created_by_id":"000000000000000000000000",` +
      `"created_by_name":"","created_by_email":"",${at},${rest},"type":""}`;
    const tags = async (body: object) =>
      (await ok('POST', '/v1/tags/get', body)).replace(/"(created_at|last_used)":"[^"]+"/g, '"$1":"#"');
    const all = [
      row(1, 'Trial', '"count":1,"subscribers":1'),
      row(2, 'VIP', '"count":2,"subscribers":1'),
      row(3, 'Lost', '"count":1'),
    ];
    assert.equal(await tags({}), `[${all.join(',')}]\n`);
    assert.equal(await tags({ q: 'vi' }), `[${all[1]}]\n`);
    assert.equal(await tags({ q: '%' }), '[]\n');
  });

  test('the schema has the 293 fields of people and the 25 of accounts that Ortto’s has', async () => {
    const { namespaces } = JSON.parse((await bare(SCHEMA)).text) as { namespaces: Record<string, Namespace> };
    assert.deepEqual(Object.keys(namespaces), ['', 'cm', 'o']);
    const ours = ['sk', 'united', 'separated'].flatMap((name) => [`act::${name}`, `tme::${name}!f`, `tme::${name}!l`]);
    const people = Object.keys(namespaces['']!.fields);
    assert.deepEqual(people, [...people].sort());
    assert.equal(people.filter((id) => !ours.includes(id)).length, 293);
    assert.equal(Object.keys(namespaces.o!.fields).length, 25);
  });

  test('fields and activities are described as on the recording', async () => {
    const text = (await bare(SCHEMA)).text;
    for (const part of [
      '{"namespaces":{"":{"id":"","fields":{"a":{"id":"a","name":"Archived","read_only":true,"display_type":"time",' +
        '"liquid_name":"people.archived"},"act::a":{"id":"act::a","name":"Attributed","read_only":true,',
      '"triggers":[{"field_id":"int::ta","operation":"inc","attribute_id":"int::v"}]',
      '{"id":"str::asn","name":"Email name","display_type":"text_dictionary","liquid_name":"activity.opened-email.email-name"}',
      '"tme::o!f":{"id":"tme::o!f","name":"Opened email first occurred","read_only":true,"display_type":"time",' +
        '"liquid_name":"people.opened-email-first-occurred"}',
      '"tme::u_":{"id":"tme::u_","name":"Unsubscriber of audiences","display_type":"audience_subscriber","hidden":true,' +
        '"liquid_name":"people.unsubscriber-of-audiences"}',
      '"str::u-ctx":{"id":"str::u-ctx","name":"Email unsubscribe context","read_only":true,',
      '"str:cm:plan":{"id":"str:cm:plan","name":"Plan","display_type":"single_select","liquid_name":"people.custom.plan",' +
        '"dic_items":["A","B"]}',
      '"act:cm:custom-job-title-changed":{"id":"act:cm:custom-job-title-changed","name":"Custom: Job title changed",' +
        '"display_type":"activity","attributes":[{"id":"str:cm:previous-value",',
      '"ids:o:p":{"id":"ids:o:p","name":"People","read_only":true,"display_type":"people","liquid_name":"account.people"}',
      '"liquid_name":"account.tag"}},"org":true}}}\n',
    ])
      assert.ok(text.includes(part), part);
  });

  test('the schema is asked for by namespace, too', async () => {
    const { namespaces } = JSON.parse(await ok('POST', SCHEMA, { namespaces: ['o', 'nope'] }));
    assert.deepEqual(Object.keys(namespaces), ['o']);
    assert.match(await refused('POST', SCHEMA, { namespaces: 'o' }), /^400 Failed to parse request: namespaces/);
  });

  test('when Anna first did something is asked by the id that the schema tells', async () => {
    for (const [field_id, matches] of [
      ['tme:cm:act1!f', 1],
      ['tme::act:cm:act1!f', 1],
      ['tme::o!f', 0],
    ] as const) {
      const filter = { '$tme::relative_less_than': { field_id, days_ago: 2, timezone: 'UTC' } };
      const { contacts } = JSON.parse(await ok('POST', '/v1/person/get', { filter, fields: ['str::email'] }));
      assert.equal(contacts?.length ?? 0, matches, field_id);
    }
  });
});
