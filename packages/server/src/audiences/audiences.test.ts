import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { type Groups, openGroups } from './test/support.ts';

const DAY = 24 * 3_600_000;
const is = (field_id: string, value: string) => ({ '$str::is': { field_id, value } });
const anna = { 'str::email': 'anna@example.com' };
const ben = { 'str::email': 'ben@example.com' };

describe('an audience', () => {
  let g: Groups;
  before(async () => {
    g = await openGroups();
    await g.people.addField(g.ws, { name: 'Plan', type: 'text' });
    await g.people.addDefinitions(g.ws, [{ activityId: 'act:cm:bought', name: 'Bought', touch: true }]);
  });
  after(() => g.close());

  test('is entered and left by whoever changes, and their timeline says so', async () => {
    const paid = await g.make('Paid', is('str:cm:plan', 'paid'));
    const id = await g.merge({ ...anna, 'str:cm:plan': 'Paid' });
    await g.quiet();
    assert.deepEqual(await g.members(paid), ['anna']);
    await g.merge({ ...anna, 'str:cm:plan': 'Trial' });
    await g.quiet();
    assert.deepEqual(await g.members(paid), []);
    assert.deepEqual(await g.story(id), ['+Paid', '-Paid']);
    const [entered] = (await g.people.timeline(g.db, g.ws, id, 100)).filter(
      (a) => a.activityId === 'act::enter-audience',
    );
    assert.deepEqual(entered?.attributes, { 'idt::a': paid, 'str::name': 'Paid' });
    await g.audiences.remove(g.ws, paid);
  });

  test('of the id of somebody who becomes another has the other in it, until they are separated', async () => {
    const [survivor, absorbed] = [
      await g.merge({ 'str::email': 'sue@x.com' }),
      await g.merge({ 'str::email': 'al@x.com' }),
    ];
    const named = await g.make('Named', { $id_is: { field_id: 'str::person_id', value: publicId(absorbed) } });
    assert.deepEqual(await g.members(named), ['al']);
    const { mergeId } = await g.people.identity.unite(g.ws, { people: [survivor, absorbed], survivor, by: 'a test' });
    await g.quiet();
    assert.deepEqual(await g.members(named), ['sue']);
    await g.people.identity.separate(g.ws, { survivor, mergeId, by: 'a test' });
    await g.quiet();
    assert.deepEqual(await g.members(named), ['al']);
    await g.audiences.remove(g.ws, named);
  });

  test('is built from those who are there already, with its progress to be seen', async () => {
    await g.people.record(
      g.ws,
      Array.from({ length: 2500 }, (_, i) => ({
        who: { by: ['str::email'] },
        fields: { 'str::email': `crowd${i}@example.com`, 'str::last': i % 2 === 0 ? 'Even' : 'Odd' },
        source: 'API',
      })),
    );
    await g.quiet();
    const made = await g.audiences.create(g.ws, { name: 'Even', filter: is('str::last', 'even') });
    assert.deepEqual([made.building, made.ready, made.buildDone, made.buildTotal >= 2500], [true, false, 0, true]);
    await g.quiet();
    const [even] = await g.audiences.list(g.ws, { search: 'even', limit: 1, offset: 0 });
    assert.deepEqual([even?.building, even?.ready, even?.members, even?.added], [false, true, 1250, 1250]);
    assert.equal(even?.buildDone, even?.buildTotal);
  });

  test('is left at the exact moment at which a time window ends', async () => {
    const recent = await g.make('Bought lately', {
      '$act::has_occurred': { field_id: 'act:cm:bought', timeframe: { days: 2 } },
    });
    const id = await g.merge(ben, { activity: { id: 'act:cm:bought', attributes: {} } });
    await g.quiet();
    assert.deepEqual(await g.members(recent), ['ben']);
    g.clock.advance(2 * DAY - 60_000);
    await g.quiet();
    assert.deepEqual(await g.members(recent), ['ben']);
    // Bought again, so the first of the two leaves the window and the second does not.
    await g.merge(ben, { activity: { id: 'act:cm:bought', attributes: {} } });
    g.clock.advance(60_000);
    await g.quiet();
    assert.deepEqual(await g.members(recent), ['ben']);
    const boundary = async () =>
      (await g.db.query<{ at: Date }>('select due_at as at from audience_check where person_id = $1', [id])).rows[0]!
        .at;
    const leaves = await boundary();
    g.clock.advance(leaves.getTime() - g.clock.now().getTime());
    await g.quiet();
    assert.deepEqual(await g.members(recent), []);
    assert.deepEqual(await g.story(id), ['+Bought lately', '-Bought lately']);
    const left = (await g.people.timeline(g.db, g.ws, id, 1))[0]!;
    const late = left.occurredAt.getTime() - leaves.getTime();
    assert.ok(late >= 0 && late < 10_000, `left ${late} ms after the moment`);
  });

  test('with an exit filter keeps whoever entered until that holds', async () => {
    const stay = await g.make('Stays', is('str:cm:plan', 'vip'), is('str:cm:plan', 'gone'));
    const id = await g.merge({ ...anna, 'str:cm:plan': 'VIP' });
    await g.quiet();
    await g.merge({ ...anna, 'str:cm:plan': 'Trial' });
    await g.quiet();
    assert.deepEqual(await g.members(stay), ['anna']);
    await g.merge({ ...anna, 'str:cm:plan': 'Gone' });
    await g.quiet();
    assert.deepEqual(await g.members(stay), []);
    assert.deepEqual((await g.story(id)).slice(-2), ['+Stays', '-Stays']);
  });

  test('edited, is built anew: who no longer fits leaves, who fits now enters', async () => {
    const plan = await g.make('Plan', is('str:cm:plan', 'gone'));
    assert.deepEqual(await g.members(plan), ['anna']);
    await g.merge({ ...ben, 'str:cm:plan': 'New' });
    await g.audiences.edit(g.ws, plan, { filter: is('str:cm:plan', 'new') });
    await g.quiet();
    assert.deepEqual(await g.members(plan), ['ben']);
  });
});
