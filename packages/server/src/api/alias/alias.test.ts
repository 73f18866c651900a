import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { silent } from '../../../test/support/database.ts';
import { openWire, type Wire } from '../ortto/test/support.ts';
import { entryOf, meantField } from './field.ts';
import { createHints } from './hints.ts';

const MERGE = '/v1/persons/merge';
const CREATE = '/v1/activities/create';

describe('what the guide writes', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const fieldsOf = async (email: string) => {
    const { rows } = await wire.t.db.query<{ fields: object }>(
      `select p.fields - 'bol::p' - 'bol::sp' as fields from person p where fields->>'str::email' = $1`,
      [email],
    );
    return rows[0]?.fields;
  };
  const activities = async () => {
    const { rows } = await wire.t.db.query<{ id: string; attributes: object }>(
      `select d.activity_id as id, a.attributes from activity a join activity_definition d on d.id = a.definition_id
       where not d.built_in order by a.id`,
    );
    return rows;
  };
  const custom = async () =>
    (await wire.t.db.query<{ id: string; type: string }>('select id, display_type as type from field order by id'))
      .rows;

  test('to persons/merge is answered with id beside person_id', async () => {
    const { status, text } = await wire.post(MERGE, {
      people: [{ fields: { 'str::email': { v: 'anna@example.com' } } }],
    });
    assert.equal(status, 200);
    assert.match(text, /^\{"people":\[\{"id":"(00[0-9a-f]{22})","person_id":"\1","status":"created"\}\]\}\n$/);
  });

  test('makes fields on first use, typed by their prefix, or by their value where they have none', async () => {
    const { status, text } = await wire.post(MERGE, {
      people: [
        {
          fields: {
            'str::email': { v: 'anna@example.com' },
            'phn::phone': { v: '+61401234567' },
            'str::kommo_lead_id': { v: 4711 },
            'int::ratio': { v: 12.5 },
            'dtz::renewal': { v: '2026-12-24' },
            seats: { v: 3 },
            'Price per seat': { v: 9.99 },
            active: { v: false },
            brands: ['Volvo'],
            note: 'x'.repeat(300),
            seen: '2026-01-01T10:00:00Z',
          },
        },
      ],
    });
    assert.equal(status, 200, text);
    assert.deepEqual(await fieldsOf('anna@example.com'), {
      'str::email': 'anna@example.com',
      'phn::phone': { c: '61', n: '401234567' },
      'str:cm:kommo-lead-id': '4711',
      'int:cm:ratio': 12_500,
      'dtz:cm:renewal': { year: 2026, month: 12, day: 24 },
      'int:cm:seats': 3000,
      'int:cm:price-per-seat': 9990,
      'bol:cm:active': false,
      'sst:cm:brands': ['Volvo'],
      'txt:cm:note': 'x'.repeat(300),
      'tme:cm:seen': '2026-01-01T10:00:00Z',
    });
    assert.deepEqual(
      (await custom()).map(({ id, type }) => `${id} ${type}`),
      [
        'bol:cm:active bool',
        'dtz:cm:renewal date',
        'int:cm:price-per-seat decimal',
        'int:cm:ratio decimal',
        'int:cm:seats decimal',
        'sst:cm:brands multi_select',
        'str:cm:kommo-lead-id text',
        'tme:cm:seen time',
        'txt:cm:note large_text',
      ],
    );
  });

  test('means a field that is there, whatever the type of this value, and finds people by it', async () => {
    const { text } = await wire.post(MERGE, {
      people: [{ fields: { 'str::kommo_lead_id': { v: '4711' }, seats: '5', 'str::first': 'Anna' } }],
      merge_by: ['str::kommo_lead_id'],
    });
    assert.match(text, /"status":"merged"/);
    const fields = (await fieldsOf('anna@example.com')) as Record<string, unknown>;
    assert.deepEqual([fields['int:cm:seats'], fields['str::first']], [5000, 'Anna']);
    assert.equal((await custom()).length, 9);
  });

  test('a number is a decimal from the first, and a text may become long', async () => {
    const of = async (fields: object) => {
      const people = [{ fields: { 'str::email': 'deal@example.com', ...fields } }];
      const { status, text } = await wire.post(MERGE, { people });
      assert.equal(status, 200, text);
      return fieldsOf('deal@example.com');
    };
    const email = { 'str::email': 'deal@example.com' };
    const long = 'y'.repeat(300);
    assert.deepEqual(await of({ deal_sum: 12_000, 'int::weight': 7, 'str::remark': 'short' }), {
      ...email,
      'int:cm:deal-sum': 12_000_000,
      'int:cm:weight': 7000,
      'str:cm:remark': 'short',
    });
    const now = { ...email, 'int:cm:deal-sum': 12_000_500, 'int:cm:weight': 7500, 'str:cm:remark': 'short' };
    assert.deepEqual(await of({ deal_sum: 12_000.5, 'int::weight': 7.5, 'str::remark': long }), {
      ...now,
      'txt:cm:remark': long,
    });
    assert.deepEqual(await of({ remark: 'short again' }), { ...now, 'txt:cm:remark': 'short again' });
  });

  test('null clears, and makes no field of what never was there but by its prefix', async () => {
    await wire.post(MERGE, { people: [{ fields: { 'str::email': 'anna@example.com', seats: { v: null } } }] });
    assert.equal('int:cm:seats' in (await fieldsOf('anna@example.com'))!, false);
  });

  test('what is wrong is refused as on the exact wire', async () => {
    for (const body of [
      undefined,
      [],
      {},
      { people: [] },
      { people: 'x' },
      { people: [1] },
      { people: [{ fields: 7 }] },
    ]) {
      assert.equal((await wire.post(MERGE, body ?? '')).status, 400, JSON.stringify(body));
    }
    const bad = await wire.post(MERGE, { people: [{ fields: { 'str::email': 'a@b.c', 'str:sf:x': 'y' } }] });
    assert.match(bad.text, /can not apply mutation for str:sf:x/);
    assert.equal((await wire.send('POST', MERGE, {})).status, 401);
    assert.equal((await wire.send('GET', MERGE, { 'x-api-key': wire.key })).status, 405);
  });

  test('an activity by its bare name, with a person’s id: its fields are its own', async () => {
    const merged = await wire.post(MERGE, { people: [{ fields: { 'str::email': 'anna@example.com' } }] });
    const { id } = JSON.parse(merged.text).people[0];
    const { text } = await wire.post(CREATE, {
      activities: [
        {
          activity_id: 'crm_stage_qualification',
          person_id: id,
          fields: { 'str::deal_name': { v: 'Acme' }, price: { v: 12.5 }, 'int::v': { v: 15_300 } },
        },
      ],
    });
    assert.equal(text, `{"activities":[{"person_id":"${id}","status":"queued","person_status":"queued"}]}\n`);
    assert.deepEqual(await activities(), [
      {
        id: 'act:cm:crm-stage-qualification',
        attributes: { 'str:cm:deal-name': 'Acme', 'int:cm:price': 12_500, 'int::v': 15_300 },
      },
    ]);
    const { rows } = await wire.t.db.query(
      `select name, attributes from activity_definition where activity_id = 'act:cm:crm-stage-qualification'`,
    );
    assert.deepEqual(rows, [
      {
        name: 'Crm stage qualification',
        attributes: [
          { name: 'Deal name', field_id: 'str:cm:deal-name', display_type: 'text' },
          { name: 'Price', field_id: 'int:cm:price', display_type: 'decimal' },
        ],
      },
    ]);
  });

  test('an attribute is what the definition says, whatever the value is like', async () => {
    const total = async (name: string, v: unknown) => {
      const activity = { activity_id: name, fields: { 'str::email': 'anna@example.com' }, attributes: { total: v } };
      assert.equal((await wire.post(CREATE, { activities: [activity] })).status, 200);
      return (await activities()).at(-1)!.attributes;
    };
    assert.deepEqual(await total('order_paid', { v: 99.9 }), { 'int:cm:total': 99_900 });
    assert.deepEqual(await total('order_paid', { v: 100 }), { 'int:cm:total': 100_000 });
    assert.deepEqual(await total('order_sent', 100), { 'int:cm:total': 100_000 });
    const attributes = [{ name: 'Total', display_type: 'integer' }];
    assert.equal((await wire.post('/v1/definitions/activity/create', { name: 'Counted', attributes })).status, 200);
    assert.deepEqual(await total('counted', 100), { 'int:cm:total': 100 });
  });

  test('an activity by its bare name without an id: its fields are the person’s', async () => {
    const { status } = await wire.post(CREATE, {
      activities: [
        {
          activity_id: 'signed_up',
          fields: { 'str::email': { v: 'boris@example.com' }, 'str::kommo_lead_id': { v: '12' } },
          attributes: { plan: { v: 'Pro' } },
        },
        { activity_id: 'act::o', fields: { 'str::email': 'boris@example.com' } },
      ],
      merge_by: ['str::email'],
    });
    assert.equal(status, 200);
    assert.deepEqual(await fieldsOf('boris@example.com'), {
      'str::email': 'boris@example.com',
      'str:cm:kommo-lead-id': '12',
    });
    assert.deepEqual((await activities()).at(-1), { id: 'act:cm:signed-up', attributes: { 'str:cm:plan': 'Pro' } });
  });

  test('of a request whose every record is refused, nothing is made; of one with a good record, all is', async () => {
    const schema = async () =>
      (
        await wire.t.db.query(
          `select id from field union all select activity_id from activity_definition where not built_in order by 1`,
        )
      ).rows;
    const before = await schema();
    const noSuchDay = {
      'str::email': 'q@x.example',
      'dtz::b': { year: -1_538_053_286, month: 3, day: 2, timezone: '\n' },
    };
    const activity = { activity_id: 'never_kept', attributes: { reason: 'none' }, fields: noSuchDay };
    for (const later of [false, true]) {
      const created = await wire.post(CREATE, { activities: [activity], merge_by: ['str::email'], async: later });
      assert.equal(created.status, 400);
      assert.match(created.text, /no such day/);
      const merged = await wire.post(MERGE, { people: [{ fields: { ...noSuchDay, size: 3 } }], async: later });
      assert.equal(merged.status, 400);
      assert.match(merged.text, /no such day/);
    }
    assert.deepEqual(await schema(), before);

    const good = { activity_id: 'was_kept', fields: { 'str::email': 'carla@example.com', size: 3 } };
    const { status, text } = await wire.post(CREATE, { activities: [activity, good], merge_by: ['str::email'] });
    assert.equal(status, 200, text);
    assert.deepEqual(await fieldsOf('carla@example.com'), { 'str::email': 'carla@example.com', 'int:cm:size': 3000 });
    const made = (await schema()).length - before.length;
    assert.equal(made, 3, 'two activities and a field');
  });

  test('a first use by twenty at once is made once, and also what is written down for later', async () => {
    const body = (i: number) => ({
      activities: [
        {
          activity_id: 'rush',
          attributes: { round: i },
          fields: { 'str::email': `rush${i}@example.com`, [`lane ${i % 3}`]: i, lane: 'x' },
        },
      ],
      async: i % 2 === 1,
    });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => wire.post(CREATE, body(i))));
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array.from({ length: 20 }, () => 200),
    );
    const { rows } = await wire.t.db.query(`select id from field where id like '%:cm:lane%' order by id`);
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['int:cm:lane-0', 'int:cm:lane-1', 'int:cm:lane-2', 'str:cm:lane'],
    );
    const recorded = async () => (await activities()).filter(({ id }) => id === 'act:cm:rush').length;
    while ((await recorded()) < 20) await wire.people.queue.turn(silent);
    assert.equal(await recorded(), 20);
  });

  test('the exact wire knows nothing of it', async () => {
    const merge = (fields: object) => wire.post('/v1/person/merge', { people: [{ fields }] });
    assert.match(
      (await merge({ 'str::email': 'a@b.c', 'str::kommo_lead_id': 'x' })).text,
      /failed to validate field str::kommo_lead_id in schema: str::kommo_lead_id: Object not found/,
    );
    assert.equal((await merge({ 'str::email': { v: 'a@b.c' } })).status, 400);
    assert.equal((await merge({ email: 'a@b.c' })).status, 400);
    const before = (await activities()).length;
    const exact = { activity_id: 'act:cm:signed-up', fields: { 'str::email': { v: 'a@b.c' } } };
    assert.equal((await wire.post(CREATE, { activities: [exact] })).status, 400);
    const unknown = { activity_id: 'act:cm:never-defined', fields: { 'str::email': 'a@b.c' } };
    assert.equal((await wire.post(CREATE, { activities: [unknown] })).status, 400);
    assert.equal((await activities()).length, before);
  });
});

describe('a name', () => {
  const none = () => undefined;

  test('that can be no field of ours stays as it is', () => {
    for (const name of ['', '!?', 'str:sf:x', 'xyz::name', 'a:b', 'ids::x'])
      assert.equal(meantField(name, 'x', none), undefined, name);
  });

  test('in any alphabet means the field of that name', () => {
    assert.equal(meantField('str::Имя_клиента', 'x', none)?.id, 'str:cm:имя-клиента');
    assert.equal(meantField('Größe', 7, none)?.id, 'int:cm:große');
  });

  test('of an object’s field keeps its value, also where it looks wrapped twice', () => {
    const entry = (value: unknown) => entryOf('obj::data', value, meantField('obj::data', value, none), none);
    assert.deepEqual(entry({ v: { v: 1 } }), ['obj:cm:data', { v: 1 }]);
    assert.deepEqual(entry({ a: 1 }), ['obj:cm:data', { a: 1 }]);
  });
});

test('the log says once of each kind how it is written, and no value', () => {
  const lines: string[] = [];
  const hint = createHints(pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) }));
  for (let n = 0; n < 3; n++) {
    hint('path');
    hint('field', 'str::kommo_lead_id', 'str:cm:kommo-lead-id');
  }
  assert.deepEqual(
    lines.map((line) => line.split(' (')[0]),
    [
      'POST /v1/persons/merge is an alias: call POST /v1/person/merge, whose answer has person_id',
      '"str::kommo_lead_id" is an alias: the field is called "str:cm:kommo-lead-id"',
    ],
  );
});
