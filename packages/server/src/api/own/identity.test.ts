import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { internalId } from '@tributary/model';
import fc from 'fast-check';
import { type IdentityWorld, openIdentityWorld } from './test/identity-world.ts';

describe('who is who, over HTTP', () => {
  let own: IdentityWorld;
  before(async () => {
    own = await openIdentityWorld();
  });
  after(() => own.close());

  let made = 0;
  const merge = async (fields: object, more: object = {}): Promise<string> => {
    const { people } = await own.send('POST', '/v1/person/merge', { people: [{ fields }], ...more });
    return people[0].person_id;
  };
  const somebody = () => {
    made += 1;
    return merge({ 'str::email': `p${made}@example.com` });
  };

  test('a person absorbs another by hand, is listed with it, and gives them back', async () => {
    const [anna, ann] = [await somebody(), await somebody()];
    const united = await own.send('POST', `/api/people/${anna}/unite`, { absorb: ann });
    const { merge_id, merged_at, separable_until, ...rest } = united;
    assert.deepEqual(rest, {
      status: 200,
      person_id: anna,
      absorbed_id: ann,
      reason: 'by hand',
      by: 'API key “In use”',
      separated_at: null,
    });
    assert.match(merge_id, /^20[0-9a-f]{22}$/);
    assert.equal(Date.parse(separable_until) - Date.parse(merged_at), 30 * 24 * 3600 * 1000);
    const { status: _, ...told } = united;
    assert.deepEqual(await own.send('GET', `/api/people/${ann}/merges`), { status: 200, merges: [told] });
    assert.deepEqual((await own.send('POST', `/api/people/${anna}/unite`, { absorb: ann })).merge_id, merge_id);

    const apart = await own.send('POST', `/api/people/${anna}/separate`, { merge_id });
    assert.deepEqual([apart.status, apart.absorbed_id, typeof apart.separated_at], [200, ann, 'string']);
    const again = await own.send('POST', `/api/people/${anna}/separate`, { merge_id });
    assert.deepEqual([again.status, again.error], [409, 'these two have been separated before']);
  });

  test('the absorbed’s id goes on to be taken on Ortto’s wire', async () => {
    const [anna, ann] = [await somebody(), await somebody()];
    await own.send('POST', `/api/people/${anna}/unite`, { absorb: ann });
    assert.equal(await merge({ 'str::person_id': ann, 'str::first': 'Ann' }, { merge_by: ['str::person_id'] }), anna);
    const created = await own.send('POST', '/v1/activities/create', {
      activities: [{ activity_id: 'act::o', person_id: ann }],
    });
    assert.equal(created.status, 200);
    const { contacts } = await own.send('POST', '/v1/person/get-by-ids', {
      contact_ids: [ann],
      fields: ['str::first'],
    });
    assert.deepEqual(contacts, { [ann]: { id: anna, fields: { 'str::first': 'Ann' } } });
    const id = internalId(anna)!;
    const line = await own.people.timeline(own.t.db, own.ws, id, 10);
    assert.ok(line.some((activity) => activity.activityId === 'act::o'));
  });

  test('two are united by the rules, where nobody says who survives', async () => {
    const [anna, ann] = [await somebody(), await somebody()];
    const { person_id } = await own.send('POST', '/api/people/unite', { people: [ann, anna] });
    assert.equal(person_id, anna, 'the older');
  });

  test('those whom one record named as one are listed, until somebody says that they are two', async () => {
    const anna = await merge({ 'str::email': 'two@example.com' });
    const ben = await merge({ 'str::ei': 'two' });
    for (let i = 0; i < 2; i++) await merge({ 'str::email': 'two@example.com', 'str::ei': 'two' });
    const { duplicates, has_more } = await own.send('GET', '/api/people/duplicates?limit=1');
    assert.equal(has_more, false);
    assert.deepEqual(
      duplicates.map((d: { people: { person_id: string }[]; fields: string[]; times: number }) => [
        d.people.map((person) => person.person_id),
        d.fields,
        d.times,
      ]),
      [[[anna, ben], ['str::ei'], 2]],
    );
    assert.equal(duplicates[0].people[0].fields['str::email'], 'two@example.com');
    const dismissed = await own.send('POST', '/api/people/duplicates/dismiss', { people: [ben, anna] });
    assert.deepEqual(dismissed, { status: 200, dismissed: true });
    assert.deepEqual((await own.send('GET', '/api/people/duplicates')).duplicates, []);
    const none = await own.send('POST', '/api/people/duplicates/dismiss', { people: [anna, await somebody()] });
    assert.equal(none.status, 404);
  });

  test('without a key nobody is told anything', async () => {
    const anna = await somebody();
    for (const headers of [{}, { 'x-api-key': 'PRV-wrong' }]) {
      const answer = await own.send('GET', `/api/people/${anna}/merges`, undefined, headers as Record<string, string>);
      assert.deepEqual([answer.status, answer.code], [401, 401]);
    }
  });

  test('whatever is given for an id or a body is refused in words, never as a fault of ours', async () => {
    const [anna, ann] = [await somebody(), await somebody()];
    const hex = fc.stringMatching(/^[0-9a-f]{24}$/);
    const id = fc.oneof(
      fc.constantFrom(anna, ann, '0'.repeat(24), 'f'.repeat(24), '00ffffffff0000ffffffff00'),
      hex,
      fc.string(),
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ absorb: fc.oneof(id, fc.jsonValue()) }),
      fc.record({
        merge_id: fc.oneof(
          id,
          hex.map((text) => `20${text.slice(2, 10)}0000${text.slice(12, 20)}00`),
        ),
      }),
      fc.record({ people: fc.array(id, { maxLength: 3 }) }),
    );
    const path = fc.oneof(
      id.map((one) => `/api/people/${encodeURIComponent(one)}/unite`),
      id.map((one) => `/api/people/${encodeURIComponent(one)}/separate`),
      fc.constantFrom('/api/people/unite', '/api/people/duplicates/dismiss'),
    );
    const query = fc.record({ limit: fc.string(), offset: fc.oneof(fc.string(), fc.integer().map(String)) });
    await fc.assert(
      fc.asyncProperty(path, body, id, query, async (url, given, one, asked) => {
        const posted = await own.send('POST', url, JSON.stringify(given));
        const got = await own.send('GET', `/api/people/${encodeURIComponent(one)}/merges`);
        const listed = await own.send('GET', `/api/people/duplicates?${new URLSearchParams(asked)}`);
        for (const answer of [posted, got, listed]) {
          assert.ok(answer.status < 500, JSON.stringify(answer));
          if (answer.status >= 400) assert.equal(typeof answer.error, 'string');
        }
      }),
      { numRuns: 300 },
    );
    const { rows } = await own.t.db.query(
      `select count(*)::int as n from person_alias a where not exists (select from person p where p.id = a.person_id)`,
    );
    assert.equal(rows[0].n, 0);
  });
});
