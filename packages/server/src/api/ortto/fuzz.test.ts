import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { openWire, type Wire } from './test/support.ts';

/** What a row leads to is there, and everything that has to go with it. */
const HALF_WRITTEN = `
  select 'an activity of nobody' as what, a.id::text as which from activity a
   where not exists (select from person p where p.id = a.person_id)
  union all
  select 'a key of nobody', i.value from identity i where not exists (select from person p where p.id = i.person_id)
  union all
  select 'a tag that is none', p.id::text from person p
   where exists (select from unnest(p.tags) t(id) where not exists (select from tag where tag.id = t.id))
  union all
  select 'a person nobody was told of', p.id::text from person p
   where not exists (select from news n where n.payload->'changed' ? p.id::text)
  union all
  select 'an activity nobody was told of', a.id::text from activity a
   where not exists (select from news n where n.payload->'activities' @> jsonb_build_array(jsonb_build_object('id', a.id::text)))`;

/** Keys, each with the value that its person has in that field. */
const KEYS = `select i.field_id as id, i.value as key, p.fields->i.field_id as value
  from identity i left join person p on p.id = i.person_id`;

/** As a key spells a value. */
function spelled({ id, value }: { id: string; value: unknown }): string {
  if (typeof value !== 'object' || value === null)
    return id === 'str::email' ? String(value).toLowerCase() : String(value);
  const { c = '', n } = value as { c?: string; n?: string };
  return `${c}${n}`;
}

const ROWS = `select (select count(*) from person) || ' ' || (select count(*) from identity) || ' ' || (select count(*) from activity)
  || ' ' || (select count(*) from tag) || ' ' || (select count(*) from news) || ' ' || (select count(*) from field)
  || ' ' || (select count(*) from activity_definition) || ' ' || (select count(*) from intake)
  || ' ' || (select count(*) from field where is_key) as rows`;

/** Letters that trouble databases, encoders and alphabets. */
const letter = fc.constantFrom(
  'a',
  'B',
  ' ',
  '.',
  '\0',
  '\n',
  '"',
  '\\',
  '<',
  '\u2028',
  'ж',
  'İ',
  'ẞ',
  '\ufdfa',
  '🦊',
  '\ud83e',
  '\udd8a',
);
const odd = fc.string({ unit: letter, maxLength: 5 });
const long = fc.constantFrom(254, 255, 256, 4000, 5000).map((length) => 'ж'.repeat(length));
const text = fc.oneof({ weight: 9, arbitrary: odd }, { weight: 1, arbitrary: long });
const json = fc.jsonValue({ maxDepth: 3, stringUnit: letter });
const word = fc.constantFrom('a', 'Жук', '🦊', 'x y');

/** A field's value, mostly one that belongs there. */
const values: Record<string, fc.Arbitrary<unknown>> = {
  'str::email': fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a@x.y', 'A@X.Y', 'b@x.y', 'c@x.y', ' a@x.y ') },
    { weight: 1, arbitrary: text.map((name) => `${name}@x.y`) },
  ),
  'str::ei': fc.oneof(fc.constantFrom('1', '2'), text),
  'phn::phone': fc.oneof(
    fc.constantFrom<unknown>({ c: '61', n: '401234567' }, { phone: '61401234567', parse_with_country_code: true }),
    fc.record({ n: fc.oneof(text, fc.constant('1'.repeat(5000))), c: text }),
    fc.record({ phone: text }),
  ),
  'str::first': text,
  'bol::p': fc.boolean(),
  'int:cm:kommo-id': fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.maxSafeInteger(),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
  ),
  'sst:cm:brands': fc.array(text, { maxLength: 3 }),
  'obj:cm:data': fc.dictionary(text, json, { maxKeys: 3, noNullPrototype: true }),
  'txt:cm:notes': text,
  'dtz::b': fc.record({ year: fc.integer(), month: fc.nat(13), day: fc.nat(32), timezone: text }),
  'tme:cm:renewal': fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    text,
  ),
  'geo::city': fc.record({ name: text }),
};
const anyId = fc.constantFrom(...Object.keys(values), 'str:cm:unknown', 'c');
const valueFor = (id: string) =>
  fc.oneof(
    { weight: 20, arbitrary: values[id] ?? text },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: json },
  );
const fieldsOf = (id: fc.Arbitrary<string>, most: number) =>
  fc
    .uniqueArray(id, { maxLength: most })
    .chain((ids) =>
      fc
        .tuple(...ids.map((one) => fc.tuple(fc.constant(one), valueFor(one))))
        .map((entries) => Object.fromEntries(entries)),
    );
const known = fc.constantFrom(...Object.keys(values));
const fields = fc
  .tuple(
    values['str::email']!,
    fc.oneof({ weight: 4, arbitrary: fieldsOf(known, 3) }, { weight: 1, arbitrary: fieldsOf(anyId, 6) }),
  )
  .map(([email, others]) => ({ 'str::email': email, ...others }));
const mergeBy = fc.oneof(
  fc.constantFrom(
    ['str::email'],
    [],
    null,
    ['str::email', 'str::ei'],
    ['phn::phone', 'str::email'],
    ['int:cm:kommo-id', 'str::email'],
  ),
  fc.array(fc.oneof(anyId, text), { maxLength: 3 }),
);

/** Something right, but for one spot in some, which can be anything. */
const spoiled = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(right, fc.nat(7), fc.nat(), json).map(([body, how, where, anything]) => {
    if (how > 0) return body;
    const spots: (() => void)[] = [];
    const copy = structuredClone(body);
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, inner] of Object.entries(node)) {
        spots.push(() => Object.assign(node, { [key]: anything }));
        walk(inner);
      }
    };
    walk(copy);
    spots[where % spots.length]?.();
    return copy;
  });

const place = fc.record(
  { name: text, country: text, country_code: text, latitude: json, longitude: fc.double(), timezone: text },
  { requiredKeys: [] },
);
const location = fc.oneof(
  json,
  fc.record({ source_ip: text, custom: fc.oneof(place, json), address: place }, { requiredKeys: [] }),
);
/** How people are found, in both calls. */
const finding = {
  find_strategy: fc.constantFrom(0, 1, 2),
  skip_non_existing: fc.boolean(),
  merge_by_alt_fields: fc.oneof(
    fc.constantFrom({}, null, { 'str::email': ['str::ei'] }, { 'str::ei': ['int:cm:kommo-id', 'str::email'] }),
    fc.dictionary(anyId, fc.array(anyId, { maxLength: 2 }), { maxKeys: 2, noNullPrototype: true }),
  ),
  suppression_list_field_id: fc.constantFrom('str::email', 'str::email', 'str::nope', 'phn::phone', null),
  async: fc.nat(9).map((n) => n === 0),
};

const tags = fc.array(fc.string({ unit: letter, minLength: 1, maxLength: 4 }), { maxLength: 2 });
const person = fc.record(
  {
    fields,
    tags,
    unset_tags: tags,
    clear_fields: fc.dictionary(anyId, fc.boolean(), { maxKeys: 2, noNullPrototype: true }),
    location,
  },
  { requiredKeys: ['fields'] },
);
const merge = fc.record(
  {
    people: fc.array(person, { minLength: 1, maxLength: 4 }),
    merge_by: mergeBy,
    merge_strategy: fc.constantFrom(1, 2, 3),
    ...finding,
  },
  { requiredKeys: ['people'] },
);

const days = fc.integer({ min: -95, max: 2 }).map((n) => new Date(Date.now() + n * 24 * 3_600_000).toISOString());
const created = fc.oneof(
  { weight: 8, arbitrary: days },
  {
    weight: 1,
    arbitrary: fc.constantFrom('2026-01-01T00:00:00+14:00', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'),
  },
);
const attributeId = fc.oneof(
  fc.constantFrom('str:cm:a', 'obj:cm:o', 'int::v', 'sst:cm:s', 'idt::c'),
  odd.map((name) => `str:cm:${name}`),
  odd,
);
const activity = fc.record(
  {
    activity_id: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('act::o', 'act:cm:visit', 'act:cm:visit') },
      { weight: 1, arbitrary: fc.constantFrom('act:cm:unknown', 'act:cm:\0') },
    ),
    attributes: fc.oneof(
      fc.dictionary(attributeId, odd, { maxKeys: 2, noNullPrototype: true }),
      fc.record({ 'obj:cm:o': json, 'int::v': json }, { requiredKeys: [] }),
    ),
    fields,
    person_id: fc.constantFrom(null, null, null, '006913c5b700000000123400', `00${'f'.repeat(8)}00007fffffff00`),
    created,
    location,
    key: fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: odd }),
    merge_by: mergeBy,
  },
  { requiredKeys: ['activity_id', 'fields'] },
);
const activities = fc.record(
  {
    activities: fc.array(activity, { minLength: 1, maxLength: 4 }),
    merge_by: mergeBy,
    merge_strategy: fc.constantFrom(1, 2, 3),
    ...finding,
  },
  { requiredKeys: ['activities'] },
);

const common = fc.tuple(word, fc.nat(2)).map((parts) => parts.join(' '));
const name = fc.oneof(
  { weight: 2, arbitrary: common },
  { weight: 2, arbitrary: fc.nat(999).map((n) => `New ${n}`) },
  { weight: 1, arbitrary: text },
);
const displayType = fc.constantFrom('text', 'currency', 'multi_select', 'link', 'link', 'bool', 'colour');
const customField = fc.record(
  {
    name,
    type: displayType,
    values: fc.oneof(fc.array(word, { maxLength: 3 }), fc.array(odd, { maxLength: 2 })),
    track_changes: fc.boolean(),
  },
  { requiredKeys: ['name', 'type'] },
);
const definition = fc.record(
  {
    name,
    icon_id: word,
    touch: fc.boolean(),
    display_style: fc.record(
      { type: fc.constantFrom('activity', 'activity_attribute'), title: fc.oneof(word, text) },
      { requiredKeys: ['type'] },
    ),
    attributes: fc.array(
      fc.record({ name, display_type: displayType, field_id: word }, { requiredKeys: ['name', 'display_type'] }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['name'] },
);

describe('whatever is sent', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire({ odd: true });
    const { people, ws } = wire;
    await people.addDefinitions(ws, [{ activityId: 'act:cm:visit', name: 'visit', touch: true }]);
    for (const [name, type] of [
      ['Kommo id', 'integer'],
      ['Brands', 'multi_select'],
      ['Data', 'object'],
      ['Notes', 'large_text'],
      ['Renewal', 'time'],
    ] as const)
      await people.addField(ws, { name, type });
    await people.suppression.add(ws, ['c@x.y'], { reason: 'test', source: 'test' });
  });
  after(() => wire.close());

  const rows = async (): Promise<string> => (await wire.t.db.query<{ rows: string }>(ROWS)).rows[0]!.rows;

  /** Sends it, and looks whether the server took it or left it, whole. Returns the status. */
  const sendAndLook = async (path: string, body: unknown): Promise<number> => {
    const before = await rows();
    const { status, text } = await wire.post(path, body);
    assert.ok(status < 500, `${status} ${text}`);
    assert.ok(text.endsWith('\n') && text.isWellFormed() && JSON.parse(text));
    if (status >= 400) {
      assert.equal(JSON.parse(text).code, status);
      assert.equal(await rows(), before, `refused with ${status}, and yet something was written`);
    }
    return status;
  };
  const nothingIsHalfWritten = async (): Promise<void> => {
    assert.deepEqual((await wire.t.db.query(HALF_WRITTEN)).rows, []);
    const { rows: keys } = await wire.t.db.query<{ id: string; key: string; value: unknown }>(KEYS);
    assert.deepEqual(
      keys.filter((one) => spelled(one) !== one.key),
      [],
    );
  };
  const everything = async (
    path: string,
    body: fc.Arbitrary<unknown>,
    numRuns: number,
  ): Promise<Map<number, number>> => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(spoiled(body), async (given) => {
        const status = await sendAndLook(path, given);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
      { numRuns },
    );
    await nothingIsHalfWritten();
    return statuses;
  };
  /** Bodies that are all refused for the same reason would show nothing. */
  const someOfEach = (statuses: Map<number, number>, ...expected: number[]): void => {
    for (const status of expected)
      assert.ok((statuses.get(status) ?? 0) >= 5, `too few ${status}: ${JSON.stringify([...statuses])}`);
  };

  test('to person/merge is taken or refused, and never half written', async () => {
    someOfEach(await everything('/v1/person/merge', merge, 250), 200, 400);
  });

  test('to activities/create is taken or refused, and never half written', async () => {
    someOfEach(await everything('/v1/activities/create', activities, 250), 200, 400);
  });

  test('to person/custom-field/create is taken or refused', async () => {
    someOfEach(await everything('/v1/person/custom-field/create', customField, 250), 200, 400, 423);
  });

  test('to definitions/activity/create is taken or refused', async () => {
    someOfEach(await everything('/v1/definitions/activity/create', definition, 250), 200, 400, 409);
  });

  test('by many at once on the same people, none is half written', async () => {
    const bodies = fc.array(fc.oneof(merge, activities), { minLength: 8, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(bodies, async (all) => {
        const answers = await Promise.all(
          all.map((body) => wire.post('people' in body ? '/v1/person/merge' : '/v1/activities/create', body)),
        );
        for (const { status, text } of answers) assert.ok(status < 500, `${status} ${text}`);
      }),
      { numRuns: 25 },
    );
    await nothingIsHalfWritten();
  });

  test('as bytes that are no JSON is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          odd,
          json.map((value) => JSON.stringify(value).slice(0, -1)),
        ),
        async (bytes) => {
          assert.ok((await sendAndLook('/v1/person/merge', bytes)) >= 400);
        },
      ),
      { numRuns: 100 },
    );
  });
});
