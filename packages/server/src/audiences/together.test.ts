import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Groups, openGroups } from './test/support.ts';

const score = (over: number) => ({ '$int::greater_than': { field_id: 'int:cm:score', value: over } });

describe('two processes that hear the same people', () => {
  let g: Groups;
  before(async () => {
    g = await openGroups({ processes: 2 });
    await g.people.addField(g.ws, { name: 'Score', type: 'integer' });
  });
  after(() => g.close());

  test('put everybody where they belong in the end, while audiences are edited and built', async () => {
    const high = await g.make('High', score(50));
    const members = await g.make('Of high', { $and: [{ $is_member_of: { audience_id: high } }, score(70)] });
    const people = Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, '0')}`);
    const scores = new Map<string, number>();
    for (let round = 0; round < 25; round++) {
      const some = people.filter((_, i) => (i * 7 + round * 3) % 4 !== 0);
      if (round === 8) await g.audiences.edit(g.ws, high, { filter: score(30) });
      if (round === 16) await g.audiences.edit(g.ws, high, { filter: score(60) });
      await Promise.all(
        some.map((name, i) => {
          const now = (i * 37 + round * 53) % 100;
          scores.set(name, now);
          return g.merge({ 'str::email': `${name}@example.com`, 'int:cm:score': now });
        }),
      );
    }
    await g.quiet();
    const over = (limit: number) => people.filter((name) => scores.get(name)! > limit);
    assert.deepEqual(await g.members(high), over(60));
    assert.deepEqual(await g.members(members), over(70));
    const { rows } = await g.db.query(
      `select name, members::int, (select count(*)::int from audience_member m where m.audience_id = a.id) as counted
       from audience a order by id`,
    );
    assert.deepEqual(rows, [
      { name: 'High', members: over(60).length, counted: over(60).length },
      { name: 'Of high', members: over(70).length, counted: over(70).length },
    ]);
    // Entering and leaving take turns on everyone's timeline.
    for (const name of people) {
      const id = (await g.people.findByEmail(g.db, g.ws, `${name}@example.com`))!;
      const story = (await g.story(id)).filter((step) => step.endsWith('High'));
      story.forEach((step, i) => {
        assert.equal(step[0], i % 2 === 0 ? '+' : '-', `${name}: ${story.join(' ')}`);
      });
    }
  });
});

describe('an audience that asks about another', () => {
  let g: Groups;
  before(async () => {
    g = await openGroups();
  });
  after(() => g.close());

  test('follows it, can not be asked by it in turn, and keeps it from being deleted', async () => {
    const named = await g.make('Named', { $has_any_value: { field_id: 'str::first' } });
    const others = await g.make('Others', { $is_not_member_of: { audience_id: named } });
    const id = await g.merge({ 'str::email': 'anna@example.com' });
    await g.quiet();
    assert.deepEqual(await g.members(others), ['anna']);
    await g.merge({ 'str::email': 'anna@example.com', 'str::first': 'Anna' });
    await g.quiet();
    assert.deepEqual([await g.members(named), await g.members(others)], [['anna'], []]);
    assert.deepEqual(await g.story(id), ['+Others', '+Named', '-Others']);
    const circle = g.audiences.edit(g.ws, named, { filter: { $is_member_of: { audience_id: others } } });
    await assert.rejects(circle, { code: 'audience_asks_itself' });
    await assert.rejects(g.audiences.remove(g.ws, named), { code: 'audience_in_use' });
    await assert.rejects(g.audiences.edit(g.ws, named, { archived: true }), { code: 'audience_in_use' });
    await g.audiences.remove(g.ws, others);
    await g.audiences.edit(g.ws, named, { archived: true });
    await g.merge({ 'str::email': 'ben@example.com', 'str::first': 'Ben' });
    await g.quiet();
    assert.deepEqual(await g.members(named), ['anna']);
    await g.audiences.edit(g.ws, named, { archived: false });
    await g.quiet();
    assert.deepEqual(await g.members(named), ['anna', 'ben']);
  });

  test('brought back from the archive has nobody in it who became another meanwhile', async () => {
    const named = await g.make('Sues', { '$str::is': { field_id: 'str::first', value: 'Sue' } });
    const ids: string[] = [];
    for (const name of ['sue', 'susan', 'suse'])
      ids.push(await g.merge({ 'str::email': `${name}@example.com`, 'str::first': 'Sue' }));
    await g.quiet();
    await g.audiences.edit(g.ws, named, { archived: true });
    const [survivor, ...others] = ids as [string, string, string];
    for (const other of others)
      await g.people.identity.unite(g.ws, { people: [survivor, other], survivor, by: 'a test' });
    await g.quiet();
    await g.audiences.edit(g.ws, named, { archived: false });
    await g.quiet();
    assert.deepEqual(await g.audiences.members(g.db, g.ws, named, { after: '0', limit: 10 }), {
      ids: [survivor],
      size: 1,
      ready: true,
    });
    await g.audiences.remove(g.ws, named);
  });

  test('can not ask what audiences make happen', async () => {
    const loop = { '$act::has_not_occurred': { field_id: 'act::enter-audience' } };
    await assert.rejects(g.audiences.create(g.ws, { name: 'Loop', filter: loop }), { code: 'audience_filter_wrong' });
    const nobody = { $is_member_of: { audience_id: '0'.repeat(24) } };
    await assert.rejects(g.audiences.create(g.ws, { name: 'X', filter: nobody }), { code: 'audience_filter_wrong' });
  });

  test('of subscribers follows what people say of its mail', async () => {
    const all = await g.make('All', { $has_any_value: { field_id: 'str::email' } });
    const readers = await g.make('Readers', { $is_subscriber_of: { audience_id: all } });
    const id = await g.merge({ 'str::email': 'cleo@example.com' });
    await g.quiet();
    assert.ok((await g.members(readers)).includes('cleo'));
    assert.deepEqual(
      await g.audiences.subscribe(g.ws, all, [{ personId: id, subscribed: false }]),
      new Map([[id, false]]),
    );
    await g.quiet();
    assert.ok(!(await g.members(readers)).includes('cleo'));
    assert.ok((await g.members(all)).includes('cleo'), 'who unsubscribes is a member all the same');
    await g.audiences.subscribe(g.ws, all, [{ personId: id, subscribed: true }]);
    await g.quiet();
    assert.ok((await g.members(readers)).includes('cleo'));
    await g.merge({ 'str::email': 'cleo@example.com', 'bol::p': false });
    await g.quiet();
    assert.ok(!(await g.members(readers)).includes('cleo'));
  });
});
