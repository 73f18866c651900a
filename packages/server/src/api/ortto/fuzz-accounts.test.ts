import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { accountCalls } from '../account-calls.ts';
import { openWire, type Wire } from './test/support.ts';

/** What may never be, whatever was asked. */
const WRONG = `
  select 'a key of no account' as what, i.value as which from account_identity i
   where not exists (select from account a where a.id = i.account_id)
  union all
  select 'a key of an archived account', i.value from account_identity i join account a on a.id = i.account_id
   where a.archived_at is not null
  union all
  select 'an activity of no account', x.id::text from account_activity x
   where not exists (select from account a where a.id = x.account_id)
  union all
  select 'somebody of no account', ap.person_id::text from account_person ap
   where not exists (select from account a where a.id = ap.account_id)
  union all
  select 'an account that is not theirs', p.id::text from person p
   where p.fields->>'idt::o' is distinct from (
     select public_account_id(a.id) from account_person ap join account a on a.id = ap.account_id and a.archived_at is null
      where ap.person_id = p.id order by ap.since, ap.account_id limit 1)`;

const letter = fc.constantFrom('a', ' ', ':', '\0', '"', 'ж', '\ud83e', '🦊');
const odd = fc.string({ unit: letter, maxLength: 26 });
const json = fc.jsonValue({ maxDepth: 3, stringUnit: letter });

describe('whatever is sent about accounts', () => {
  let wire: Wire;
  const people: string[] = [];
  const accounts: string[] = [];
  before(async () => {
    wire = await openWire({ odd: true });
    for (const i of Array.from({ length: 6 }).keys()) {
      const person = await wire.post('/v1/person/merge', { people: [{ fields: { 'str::email': `p${i}@x.y` } }] });
      people.push(JSON.parse(person.text).people[0].person_id);
      const account = await wire.post('/v1/accounts/merge', {
        accounts: [{ fields: { 'str:o:name': `A${i}` } }],
        merge_by: ['str:o:name'],
      });
      accounts.push(JSON.parse(account.text).accounts[0].account_id);
    }
    await wire.post('/v1/definitions/activity/create', { name: 'Done', entity: 'account', touch: true });
    await wire.post('/v1/accounts/custom-field/create', { name: 'Tier', type: 'multi_select', values: ['a'] });
  });
  after(() => wire.close());

  const idIn = (ids: readonly string[]) =>
    fc.oneof(
      { weight: 6, arbitrary: fc.nat(5).map((i) => ids[i]) },
      { weight: 1, arbitrary: fc.constantFrom('f'.repeat(24), '0'.repeat(24), 'ID-of-12-ch.') },
      { weight: 1, arbitrary: odd },
    );
  const some = (ids: readonly string[]) => fc.array(idIn(ids), { maxLength: 4 });
  const fieldId = fc.constantFrom(
    'str:o:name',
    'str:o:account_id',
    'str:o:organization_id',
    'int:o:employees',
    'sst:oc:tier',
    'int:o:e',
    'ids:o:p',
    'u4s:o:t',
    'ol',
    'geo:o:city',
    'str::email',
    'nonsense',
  );
  const value = fc.oneof(
    fc.nat(7).map((i) => `A${i}`),
    fc.nat(5).map((i) => accounts[i]),
    fc.integer(),
    json,
  );
  const fields = fc.dictionary(fieldId, value, { maxKeys: 4 });
  const right = fc.record(
    { 'str:o:name': fc.nat(7).map((i) => `A${i}`), 'int:o:employees': fc.integer(), 'sst:oc:tier': fc.array(odd) },
    { requiredKeys: ['str:o:name'] },
  );
  const record = fc.oneof({ weight: 3, arbitrary: right }, fields);
  const mergeBy = fc.oneof({ weight: 3, arbitrary: fc.constant(['str:o:name']) }, fc.array(fieldId, { maxLength: 3 }));
  // Two are never put away, so that there is always something to be done to an account.
  const spared = some(accounts).map((ids) => [...ids, ...accounts.slice(4)]);
  const selection = fc.oneof(
    fc.record({ inclusion_ids: some(accounts), exclusion_ids: spared }),
    fc.record({ all_rows_selected: fc.boolean(), exclusion_ids: spared }),
  );
  const strategies = { merge_strategy: fc.constantFrom(1, 2, 2, 3, 4), find_strategy: fc.constantFrom(0, 0, 1, 2, 3) };
  const operator = fc.constantFrom('$has_any_value', '$str::is', '$int::greater_than', '$id_set_is', '$u4s::is');
  const filter = fc.oneof(
    fc.tuple(operator, fieldId, value).map(([name, id, is]) => ({ [name]: { field_id: id, value: is } })),
    json,
  );
  const members = fc.record({ account_id: idIn(accounts), person_ids: some(people) });
  const bodies: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    '/merge': fc.record(
      {
        accounts: fc.array(
          fc.record({ fields: record, tags: fc.array(odd, { maxLength: 2 }) }, { requiredKeys: ['fields'] }),
          {
            maxLength: 3,
          },
        ),
        merge_by: mergeBy,
        skip_non_existing: fc.boolean(),
        ...strategies,
      },
      { requiredKeys: ['accounts', 'merge_by'] },
    ),
    '/get': fc.record(
      {
        limit: fc.integer({ min: -1, max: 600 }),
        sort_by_field_id: fieldId,
        sort_order: fc.constantFrom('asc', 'desc'),
        cursor_id: idIn(accounts),
        fields: fc.array(fieldId, { maxLength: 4 }),
        q: odd,
        type: fc.constantFrom('', 'archived', 'x'),
        filter,
        inclusion_ids: some(accounts),
        exclusion_ids: some(accounts),
      },
      { requiredKeys: [] },
    ),
    '/get-by-ids': fc.record({ account_ids: some(accounts), fields: fc.array(fieldId, { maxLength: 3 }) }),
    '/archive': selection,
    '/restore': selection,
    '/delete': selection,
    '/contacts/add': members,
    '/contacts/remove': members,
    '/activities/create': fc.record(
      {
        activities: fc.array(
          fc.record(
            {
              activity_id: fc.constantFrom('act:oc:done', 'act:oc:done', 'act::v'),
              fields: record,
              attributes: fc.dictionary(fieldId, fc.integer(), { maxKeys: 2 }),
              account_id: idIn(accounts),
              key: odd,
            },
            { requiredKeys: ['activity_id'] },
          ),
          { maxLength: 3 },
        ),
        merge_by: mergeBy,
        ...strategies,
      },
      { requiredKeys: ['activities'] },
    ),
    '/custom-field/create': fc.record({ type: fc.oneof(fc.constantFrom('text', 'multi_select'), odd), name: odd }),
    '/custom-field/get': json,
    '/custom-field/update': fc.record(
      {
        field_id: fc.oneof({ weight: 4, arbitrary: fc.constant('sst:oc:tier') }, fieldId, odd),
        add_values: fc.oneof({ weight: 4, arbitrary: fc.constant(['b']) }, fc.array(odd, { maxLength: 3 })),
        replace_values: json,
      },
      { requiredKeys: ['field_id', 'add_values'] },
    ),
  };

  test('nothing breaks, every refusal has its envelope, and what is kept stays right', async () => {
    const calls = Object.entries(accountCalls)
      .filter(([path]) => path.startsWith('/v1/accounts/'))
      .map(([path, call]) => ({
        path,
        method: (('method' in call && call.method) || 'post').toUpperCase() as 'POST' | 'PUT' | 'DELETE',
        body: bodies[path.slice('/v1/accounts'.length)]!,
      }));
    const asked = fc.constantFrom(...calls).chain(({ path, method, body }) =>
      fc.record({
        path: fc.constant(path),
        method: fc.constant(method),
        body: fc.oneof({ weight: 9, arbitrary: body }, json),
      }),
    );
    const seen = new Map<string, Set<number>>();
    await fc.assert(
      fc.asyncProperty(asked, async ({ path, method, body }) => {
        const { status, text } = await wire.call(method, path, body);
        seen.set(path, (seen.get(path) ?? new Set()).add(status));
        assert.ok(status < 500, `${method} ${path} ${JSON.stringify(body)}: ${status} ${text}`);
        const { code, error } = JSON.parse(text) as { code?: number; error?: string };
        if (status !== 200) assert.deepEqual([code, typeof error], [status, 'string']);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 1200) },
    );
    const { rows } = await wire.t.db.query(WRONG);
    assert.deepEqual(rows, []);
    const untaken = [...seen].filter(([, statuses]) => !statuses.has(200)).map(([path]) => path);
    assert.deepEqual(untaken, [], 'each call is taken at least once');
  });
});
