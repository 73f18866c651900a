import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { openWire, type Wire } from './test/support.ts';

const WRONG = `
  select 'a key of nobody' as what, i.value as which from identity i
   where not exists (select from person p where p.id = i.person_id)
  union all
  select 'a key of somebody archived', i.value from identity i join person p on p.id = i.person_id
   where p.archived_at is not null
  union all
  select 'an activity of nobody', a.id::text from activity a where not exists (select from person p where p.id = a.person_id)
  union all
  select 'an archive without a source', p.id::text from person p where (p.archived_at is null) = (p.fields ? 'str::as')`;

const letter = fc.constantFrom('a', '@', ' ', '.', '\0', '"', 'ж', 'İ', '\ud83e', '🦊');
const odd = fc.string({ unit: letter, maxLength: 26 });
const json = fc.jsonValue({ maxDepth: 3, stringUnit: letter });

describe('whatever is sent about people as a whole', () => {
  let wire: Wire;
  const ids: string[] = [];
  before(async () => {
    wire = await openWire({ odd: true });
    for (let i = 0; i < 8; i++) {
      const { text } = await wire.post('/v1/person/merge', {
        people: [{ fields: { 'str::email': `p${i % 4}-${i}@x.y`, 'bol::sp': true } }],
      });
      ids.push(JSON.parse(text).people[0].person_id);
    }
  });
  after(() => wire.close());

  const id = fc.oneof(
    { weight: 6, arbitrary: fc.nat(7).map((i) => ids[i]) },
    { weight: 1, arbitrary: fc.constantFrom('f'.repeat(24), '0'.repeat(24), 'ID-of-12-ch.') },
    { weight: 1, arbitrary: odd },
  );
  const some = fc.array(id, { maxLength: 4 });
  const selection = fc.oneof(
    fc.record({ inclusion_ids: some, exclusion_ids: some }, { requiredKeys: ['inclusion_ids'] }),
    fc.record({ all_rows_selected: fc.boolean(), exclusion_ids: some }, { requiredKeys: [] }),
    json,
  );
  const history = fc.record(
    {
      person_id: fc.oneof(id, json),
      activities: fc.array(fc.oneof(fc.constantFrom('act::ros-all', 'act::x'), odd), { maxLength: 2 }),
      limit: fc.oneof(fc.integer({ min: -3, max: 600 }), json),
      offset: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constant(2 ** 40), json),
      timeframe: fc.oneof(fc.constantFrom({ type: 'today' }, { type: 'all' }, null), json),
    },
    { requiredKeys: ['person_id'] },
  );
  const address = fc.oneof(
    fc.nat(7).map((i) => `P${i % 4}-${i}@X.y`),
    odd,
    fc.constant(`${'a'.repeat(300)}@x.y`),
  );
  const addresses = fc.oneof(fc.record({ emails: fc.array(address, { minLength: 1, maxLength: 4 }) }), json);
  const page = fc.record(
    {
      limit: fc.oneof(fc.integer(), json),
      offset: fc.oneof(fc.nat(), json),
      sort: fc.constantFrom('email', 'created_at', 'drop'),
      sort_order: fc.constantFrom('asc', 'desc', ''),
    },
    { requiredKeys: [] },
  );
  const call = (method: 'POST' | 'PUT' | 'DELETE', path: string, body: fc.Arbitrary<unknown>) =>
    fc.tuple(fc.constant(method), fc.constant(path), body);

  const anything = fc.oneof(
    call('PUT', '/v1/person/archive', selection),
    call('PUT', '/v1/person/restore', selection),
    call('DELETE', '/v1/person/delete', fc.oneof(json, fc.record({ inclusion_ids: fc.array(odd, { maxLength: 2 }) }))),
    call('POST', '/v1/person/get/activities', history),
    call('POST', '/v1/suppression-list/email/get', page),
    call('PUT', '/v1/suppression-list/email/add', addresses),
    call('PUT', '/v1/suppression-list/email/remove', addresses),
  );

  test('is taken or refused, alone or with others at the same time, and never half done', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 6 }), async (calls) => {
        const answers = await Promise.all(calls.map(([method, path, body]) => wire.call(method, path, body)));
        for (const [i, { status, text }] of answers.entries()) {
          assert.ok(status < 500, `${JSON.stringify(calls[i])}: ${status} ${text}`);
          assert.ok(text.endsWith('\n') && text.isWellFormed() && JSON.parse(text));
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
        assert.deepEqual((await wire.t.db.query(WRONG)).rows, []);
      }),
      { numRuns: 150 },
    );
    for (const status of [200, 400]) assert.ok((statuses.get(status) ?? 0) > 20, JSON.stringify([...statuses]));
  });
});
