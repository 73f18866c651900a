import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { idOf, itemOf, openRoom, type Room } from '../test/support.ts';

describe('people who are put away', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());

  const change = (kind: 'archive' | 'restore' | 'delete', ...ids: string[]) =>
    room.people.lifecycle.change(room.ws, kind, { ids }, 'API');
  const person = async (id: string) => (await room.people.find(room.t.db, room.ws, [id])).get(id);
  const news = async (name: string) => {
    const { rows } = await room.t.db.query<{ payload: { ids: string[] } }>(
      'delete from news where name = $1 returning payload',
      [name],
    );
    return rows.flatMap(({ payload }) => payload.ids);
  };

  test('are there with a moment and a source, and nobody finds them by a key or changes them', async () => {
    const anna = idOf(await room.merge({ 'str::email': 'anna@example.com', 'str::ei': 'A' }));
    assert.deepEqual(await change('archive', anna, anna, '77'), { done: 1, scheduled: 0 });
    assert.deepEqual(await change('archive', anna), { done: 0, scheduled: 0 }, 'once');
    const away = await person(anna);
    assert.ok(away?.archivedAt);
    assert.equal(away.fields['str::as'], 'API');
    assert.equal(await room.people.findByEmail(room.t.db, room.ws, 'anna@example.com'), undefined);
    const byId = await room.people.record(room.ws, [
      itemOf({ 'str::first': 'Anna' }, { who: { personId: anna } }),
      itemOf({ 'str::ei': 'A' }, { who: { by: ['str::ei'] }, existingOnly: true }),
    ]);
    assert.deepEqual(
      byId.map(({ status }) => status),
      ['not_found', 'not_found'],
    );
    assert.deepEqual(await news('people.archived'), [anna]);
  });

  test('come back with their keys, but for those that somebody else has got meanwhile', async () => {
    const old = idOf(await room.merge({ 'str::email': 'ben@example.com', 'str::ei': 'B' }));
    await change('archive', old);
    const young = idOf(await room.merge({ 'str::email': 'ben@example.com' }));
    assert.notEqual(young, old);
    assert.deepEqual(await change('restore', old), { done: 1, scheduled: 0 });
    const keys = await room.keys();
    assert.deepEqual([keys['str::email ben@example.com'], keys['str::ei B']], [young, old]);
    const back = await person(old);
    assert.deepEqual(
      [back?.archivedAt, back?.fields['str::as'], back?.fields['str::email']],
      [undefined, undefined, 'ben@example.com'],
    );
    assert.equal(typeof back?.fields.r, 'string', 'and when that was');
    assert.deepEqual(await news('people.restored'), [old]);
  });

  test('are deleted with all that is known of them, and only from the archive', async () => {
    const cleo = idOf(
      await room.merge(
        { 'str::email': 'cleo@example.com' },
        { tags: ['VIP'], activity: { id: 'act::v', attributes: { 'str::b': 'Firefox' } } },
      ),
    );
    assert.deepEqual(await change('delete', cleo), { done: 0, scheduled: 0 });
    await change('archive', cleo);
    assert.deepEqual(await change('delete', cleo), { done: 1, scheduled: 0 });
    for (const table of ['identity', 'activity']) {
      const { rows } = await room.t.db.query(`select from ${table} where person_id = $1`, [cleo]);
      assert.equal(rows.length, 0, table);
    }
    assert.equal(await person(cleo), undefined);
    assert.deepEqual(await change('restore', cleo), { done: 0, scheduled: 0 });
    assert.deepEqual(await news('people.deleted'), [cleo]);
  });

  test('many at once: it is written down, and done batch by batch, to those who were there when it was asked', async () => {
    const items = Array.from({ length: 700 }, (_, i) => itemOf({ 'str::email': `many${i}@example.com` }));
    const ids = (await room.people.record(room.ws, items)).map(idOf);
    room.clock.advance(2000);
    const asked = await room.people.lifecycle.change(room.ws, 'archive', { allBut: [ids[0]!] }, 'API');
    assert.equal(asked.done, 0);
    assert.ok(asked.scheduled >= 699, `${asked.scheduled}`);
    room.clock.advance(2000);
    const late = idOf(await room.merge({ 'str::email': 'late@example.com' }));
    let turns = 0;
    while ((await room.people.lifecycle.turn()) === 'more') turns += 1;
    assert.equal(turns, 2);
    assert.deepEqual([(await person(ids[0]!))?.archivedAt, (await person(late))?.archivedAt], [undefined, undefined]);
    assert.ok((await person(ids[699]!))?.archivedAt);
    const { rows } = await room.t.db.query('select count(*)::int as n from person where archived_at is null');
    assert.deepEqual(rows, [{ n: 2 }]);
  });

  test('while twenty clients merge the same address and it is archived, nobody is lost and nobody has it twice', async () => {
    const email = 'storm@example.com';
    const first = idOf(await room.merge({ 'str::email': email }));
    const storm = Array.from({ length: 20 }, (_, i) => room.merge({ 'str::email': email, 'str::first': `${i}` }));
    const [outcomes] = await Promise.all([Promise.all(storm), change('archive', first)]);
    const found = new Set(outcomes.map(idOf));
    assert.ok(found.size <= 2, `${[...found]}`);
    const { rows } = await room.t.db.query('select person_id as id from identity where value = $1', [email]);
    assert.ok(rows.length <= 1);
    assert.notEqual(rows[0]?.id, first);
  });
});
