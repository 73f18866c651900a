import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { idOf, itemOf, openRoom, type Room } from './test/support.ts';

describe('tags', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());

  const tagsOf = async (id: string) => (await room.people.find(room.t.db, room.ws, [id])).get(id)!.tags;
  const told = async (id: string) =>
    (await room.people.timeline(room.t.db, room.ws, id, 20)).map((a) => [a.activityId, a.attributes['str::n']]).sort();
  const known = async () =>
    (await room.t.db.query<{ name: string }>('select name from tag order by id')).rows.map((row) => row.name);
  const tag = async (email: string, tags: string[], unsetTags: string[] = []) =>
    idOf(await room.merge({ 'str::email': email }, { tags, unsetTags }));

  test('in any alphabet are put on a person, once, whatever their case', async () => {
    const id = await tag('a@example.com', ['Клиент', 'ÜBER', 'vip']);
    await tag('a@example.com', ['клиент', 'Über', 'VIP']);
    assert.deepEqual(await tagsOf(id), ['Клиент', 'ÜBER', 'vip']);
    assert.deepEqual(await told(id), [
      ['act::ta', 'vip'],
      ['act::ta', 'ÜBER'],
      ['act::ta', 'Клиент'],
    ]);
  });

  test('stay as they are where who is there is to be left alone', async () => {
    const id = await tag('alone@example.com', ['Kept']);
    const left = { tags: ['New'], unsetTags: ['Kept'], strategy: 3 as const };
    assert.deepEqual(await room.merge({ 'str::email': 'alone@example.com' }, left), {
      personId: id,
      status: 'untouched',
    });
    assert.deepEqual(await tagsOf(id), ['Kept']);
    assert.ok(!(await known()).includes('New'));
    const made = idOf(await room.merge({ 'str::email': 'made@example.com' }, { tags: ['Made'], strategy: 3 }));
    assert.deepEqual(await tagsOf(made), ['Made']);
  });

  test('that alphabets disagree about are put on all the same', async () => {
    const odd = ['İstanbul', 'ΣΑΣ', 'straße', 'ǅ'];
    const id = await tag('b@example.com', odd);
    assert.deepEqual(await tagsOf(id), odd);
    await tag('b@example.com', [], odd);
    assert.deepEqual(await tagsOf(id), []);
  });

  test('given twice in one breath are one', async () => {
    const id = await tag('c@example.com', ['Trial', 'TRIAL', 'trial']);
    assert.deepEqual(await tagsOf(id), ['Trial']);
    assert.equal((await told(id)).length, 1);
  });

  test('taken off a person who does not have them are no event, and are not made for it', async () => {
    const id = await tag('d@example.com', [], ['Nobody has this', 'Trial']);
    assert.deepEqual([await tagsOf(id), await told(id)], [[], []]);
    assert.equal((await known()).includes('Nobody has this'), false);
  });

  test('are added and taken off in one merge, and in one batch', async () => {
    const id = await tag('e@example.com', ['One', 'Two']);
    await tag('e@example.com', ['Three'], ['one']);
    assert.deepEqual(await tagsOf(id), ['Two', 'Three']);
    await room.people.record(room.ws, [
      itemOf({ 'str::email': 'e@example.com' }, { tags: ['Four'] }),
      itemOf({ 'str::email': 'e@example.com' }, { unsetTags: ['Four', 'Two'] }),
      itemOf({ 'str::email': 'f@example.com' }, { tags: ['Four'] }),
    ]);
    assert.deepEqual(await tagsOf(id), ['Three']);
  });

  test('given and taken in one breath are taken, and told of only where they were there', async () => {
    const id = await tag('both@example.com', ['Both', 'Other'], ['both']);
    assert.deepEqual([await tagsOf(id), await told(id)], [['Other'], [['act::ta', 'Other']]]);
    await tag('both@example.com', ['Both']);
    await tag('both@example.com', ['Both'], ['Both']);
    assert.deepEqual(await tagsOf(id), ['Other']);
  });

  test('made by many at once get one number each, without a gap', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, room.another));
    await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        people[i % 4]!.record(room.ws, [
          itemOf({ 'str::email': `t${i}@example.com` }, { tags: [`New ${i % 6}`, 'Shared'] }),
        ]),
      ),
    );
    const { rows } = await room.t.db.query(
      'select count(*)::int as n, max(id) as last, count(distinct lower(name))::int as names from tag',
    );
    assert.deepEqual([rows[0].last, rows[0].names], [rows[0].n, rows[0].n]);
  });
});
