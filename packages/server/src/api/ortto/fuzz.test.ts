import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { openWire, type Wire } from './test/support.ts';

/** What a row here leads to is there, and everything that has to go with it. */
const HALF_WRITTEN = `
  select 'a key of nobody, or of somebody who does not have it' as what, i.field_id || ' ' || i.value as which
    from identity i left join person p on p.id = i.person_id
   where case jsonb_typeof(p.fields->i.field_id)
           when 'object' then concat(p.fields->i.field_id->>'c', p.fields->i.field_id->>'n')
           else case i.field_id when 'str::email' then lower(p.fields->>'str::email') else p.fields->>i.field_id end
         end is distinct from i.value
  union all
  select 'an address that finds nobody', p.fields->>'str::email' from person p
   where p.fields ? 'str::email'
     and not exists (select from identity i where i.field_id = 'str::email' and i.value = lower(p.fields->>'str::email'))
  union all
  select 'an activity of nobody', a.id::text from activity a left join person p on p.id = a.person_id where p.id is null
  union all
  select 'a person who can not be found', p.id::text from person p
   where not exists (select from identity i where i.person_id = p.id)
  union all
  select 'a tag that is none', p.id::text from person p
   where exists (select from unnest(p.tags) t(id) where not exists (select from tag where tag.id = t.id))
  union all
  select 'an activity that nobody was told of', a.id::text from activity a
   where not exists (select from news n where n.payload->'activities' @> jsonb_build_array(jsonb_build_object('id', a.id::text)))`;

const ROWS = `select (select count(*) from person) || ' ' || (select count(*) from identity) || ' ' || (select count(*) from activity)
  || ' ' || (select count(*) from tag) || ' ' || (select count(*) from news) || ' ' || (select count(*) from field)
  || ' ' || (select count(*) from activity_definition) as rows`;

/** Letters that trouble databases, encoders and alphabets. */
const letter = fc.constantFrom(
  'a',
  'B',
  ' ',
  '@',
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
const odd = fc.string({ unit: letter, maxLength: 6 });
const long = fc.constantFrom(254, 255, 256, 4000, 5000).map((length) => 'ж'.repeat(length));
const text = fc.oneof({ weight: 6, arbitrary: odd }, { weight: 1, arbitrary: long });
/** Any JSON, not deep, of such letters. */
const json = fc.jsonValue({ maxDepth: 3, stringUnit: letter });
const perhaps = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: value as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: json });

const email = fc.oneof(fc.constantFrom('a@x.y', 'A@X.Y', 'b@x.y', 'c@x.y', ' a@x.y '), text);
const phone = fc.oneof(
  fc.constantFrom({ c: '61', n: '401234567' }, { phone: '61401234567', parse_with_country_code: true }),
  fc.record({ n: fc.oneof(text, fc.constant('1'.repeat(5000))), c: text }),
  fc.record({ phone: text }),
);
const values: Record<string, fc.Arbitrary<unknown>> = {
  'str::email': email,
  'str::ei': fc.oneof(fc.constantFrom('1', '2'), text),
  'phn::phone': phone,
  'str::first': text,
  'bol::p': fc.boolean(),
  'int:cm:kommo-id': fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double()),
  'sst:cm:brands': fc.array(text, { maxLength: 3 }),
  'obj:cm:data': fc.dictionary(text, json, { maxKeys: 3 }),
  'txt:cm:notes': text,
  'dtz::b': fc.record({
    year: fc.integer(),
    month: fc.integer({ min: 0, max: 13 }),
    day: fc.integer({ min: 0, max: 32 }),
    timezone: text,
  }),
  'tme:cm:renewal': fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    text,
  ),
  'geo::city': fc.record({ name: text }),
  'str:cm:unknown': text,
  c: text,
  'str::person_id': fc.oneof(fc.constant('006913c5b700000000123400'), fc.constant(`00${'f'.repeat(20)}00`), text),
};
const fieldId = fc.constantFrom(...Object.keys(values));
/** Mostly what belongs there, sometimes anything. */
const fields = fc
  .uniqueArray(fieldId, { maxLength: 5 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.tuple(
          fc.constant(id),
          fc.oneof(
            { weight: 8, arbitrary: values[id]! },
            { weight: 1, arbitrary: fc.constant(null) },
            { weight: 1, arbitrary: json },
          ),
        ),
      ),
    ),
  )
  .chain((entries) => perhaps(fc.constant(Object.fromEntries(entries))).map((given) => given));
const withEmail = fc
  .tuple(fields, email)
  .map(([given, address]) =>
    typeof given === 'object' && given !== null && !Array.isArray(given) ? { 'str::email': address, ...given } : given,
  );
const mergeBy = fc.oneof(fc.constant(['str::email']), fc.array(fieldId, { maxLength: 4 }), json);
const strategy = fc.constantFrom(1, 2, 3, 0, '2');
const tags = perhaps(fc.array(text, { maxLength: 3 }));

const person = fc.record(
  {
    fields: withEmail,
    tags,
    unset_tags: tags,
    clear_fields: perhaps(fc.dictionary(fieldId, fc.boolean(), { maxKeys: 2 })),
    location: json,
  },
  { requiredKeys: ['fields'] },
);
const merge = fc.record(
  {
    people: perhaps(fc.array(person, { maxLength: 4 })),
    merge_by: mergeBy,
    merge_strategy: strategy,
    find_strategy: strategy,
    skip_non_existing: perhaps(fc.boolean()),
    async: perhaps(fc.boolean()),
  },
  { requiredKeys: ['people'] },
);

const created = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-01-01T00:00:00+14:00', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'),
  text,
);
const attributes = perhaps(
  fc.dictionary(
    fc.oneof(
      fc.constantFrom('str:cm:a', 'obj:cm:o', 'int::v', 'sst:cm:s', 'idt::c'),
      text,
      text.map((name) => `str:cm:${name}`),
    ),
    perhaps(text),
    { maxKeys: 4 },
  ),
);
const activity = fc.record(
  {
    activity_id: fc.constantFrom('act::o', 'act:cm:visit', 'act:cm:unknown', 'act:cm:\0'),
    attributes,
    fields: withEmail,
    person_id: fc.oneof(values['str::person_id']!, json),
    created,
    key: perhaps(text),
    merge_by: mergeBy,
    location: json,
  },
  { requiredKeys: ['activity_id', 'fields'] },
);
const activities = fc.record(
  { activities: perhaps(fc.array(activity, { maxLength: 4 })), merge_by: mergeBy, merge_strategy: strategy },
  { requiredKeys: ['activities'] },
);

const displayType = fc.constantFrom('text', 'currency', 'multi_select', 'link', 'colour', '__proto__');
const customField = fc.record(
  {
    name: perhaps(text),
    type: perhaps(displayType),
    values: perhaps(fc.array(text, { maxLength: 3 })),
    track_changes: perhaps(fc.boolean()),
  },
  { requiredKeys: ['name', 'type'] },
);
const definition = fc.record(
  {
    name: perhaps(text),
    icon_id: perhaps(text),
    touch: perhaps(fc.boolean()),
    display_style: perhaps(
      fc.record({ type: fc.constantFrom('activity', 'x'), title: text }, { requiredKeys: ['type'] }),
    ),
    attributes: perhaps(
      fc.array(
        fc.record(
          { name: text, display_type: displayType, field_id: text },
          { requiredKeys: ['name', 'display_type'] },
        ),
        { maxLength: 3 },
      ),
    ),
  },
  { requiredKeys: ['name'] },
);

describe('whatever is sent', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
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
  const everything = async (
    path: string,
    body: fc.Arbitrary<unknown>,
    numRuns: number,
  ): Promise<Map<number, number>> => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const status = await sendAndLook(path, given);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
      { numRuns },
    );
    assert.deepEqual((await wire.t.db.query(HALF_WRITTEN)).rows, []);
    return statuses;
  };
  /** Bodies that are all refused for the same reason would show nothing. */
  const someOfEach = (statuses: Map<number, number>, ...expected: number[]): void => {
    for (const status of expected)
      assert.ok((statuses.get(status) ?? 0) >= 10, `too few ${status}: ${JSON.stringify([...statuses])}`);
  };

  test('to person/merge is taken or refused, and never half written', async () => {
    someOfEach(await everything('/v1/person/merge', merge, 400), 200, 400);
  });

  test('to activities/create is taken or refused, and never half written', async () => {
    someOfEach(await everything('/v1/activities/create', activities, 400), 200, 400);
  });

  test('to person/custom-field/create is taken or refused', async () => {
    someOfEach(await everything('/v1/person/custom-field/create', customField, 250), 200, 400);
  });

  test('to definitions/activity/create is taken or refused', async () => {
    someOfEach(await everything('/v1/definitions/activity/create', definition, 250), 200, 400);
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
    assert.deepEqual((await wire.t.db.query(HALF_WRITTEN)).rows, []);
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
