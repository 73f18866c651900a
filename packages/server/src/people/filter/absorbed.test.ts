import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Filter, matches, publicId } from '@tributary/model';
import { transaction } from '../../platform/database/pool.ts';
import { idOf, openRoom, type Room } from '../test/support.ts';
import { createParameters } from './index.ts';

const asks = (operator: string, value: string): Filter => ({ [operator]: { field_id: 'str::person_id', value } });

describe('a filter that asks for the id of somebody who has become another', () => {
  let room: Room;
  let [anna, ann, bob] = ['', '', ''];
  before(async () => {
    room = await openRoom();
    [anna = '', ann = '', bob = ''] = await Promise.all(
      ['anna', 'ann', 'bob'].map(async (name) => idOf(await room.merge({ 'str::email': `${name}@example.com` }))),
    );
    await room.people.identity.unite(room.ws, { people: [anna, ann], survivor: anna, by: 'a test' });
  });
  after(() => room.close());

  const bySql = async (filter: Filter, each: boolean): Promise<string[]> => {
    const schema = await room.people.schema(room.t.db, room.ws);
    const parameters = createParameters();
    const scope = { workspaceId: room.ws, now: room.clock.now(), parameters, each };
    const condition = room.people.filters.condition(schema, filter, scope);
    const text = `select p.fields->>'str::email' as email from person p where ${condition} order by 1`;
    const { rows } = await room.t.db.query<{ email: string }>(text, [...parameters.values]);
    return rows.map(({ email }) => email.split('@')[0]!);
  };
  const byEvaluator = async (filter: Filter): Promise<string[]> => {
    const now = room.clock.now();
    const all = [anna, ann, bob];
    const facts = await transaction(room.t.db, (tx) => room.people.facts(tx, room.ws, all, [filter], now));
    const held = [...facts].filter(([, known]) => known !== 'too much' && matches(filter, { ...known, now }));
    return held.map(([id]) => ({ [anna]: 'anna', [bob]: 'bob' })[id]!).sort();
  };
  const found = async (filter: Filter) => [
    await bySql(filter, true),
    await bySql(filter, false),
    await byEvaluator(filter),
  ];
  const thrice = (...names: string[]) => [names, names, names];

  test('finds whom it leads to, in SQL and in the evaluator, however it is spelled', async () => {
    for (const operator of ['$id_is', '$id_set_is', '$str::is'])
      for (const id of [ann, anna])
        assert.deepEqual(await found(asks(operator, publicId(id).toUpperCase())), thrice('anna'), `${operator} ${id}`);
    for (const operator of ['$id_is_not', '$id_set_is_not', '$str::is_not'])
      assert.deepEqual(await found(asks(operator, publicId(ann))), thrice('bob'), operator);
    assert.deepEqual(await found(asks('$id_is', publicId(bob))), thrice('bob'));
    assert.deepEqual(await found(asks('$id_is', publicId('999'))), thrice());
  });

  test('and as text it is the id they have', async () => {
    assert.deepEqual(await found(asks('$str::starts', publicId(anna))), thrice('anna'));
    assert.deepEqual(await found(asks('$str::starts', publicId(ann))), thrice());
    assert.deepEqual(await found(asks('$str::contains', publicId(bob).slice(2))), thrice('bob'));
  });

  test('finds them again by their own when they are separated', async () => {
    const merges = await room.people.identity.merges(room.t.db, room.ws, anna);
    await room.people.identity.separate(room.ws, { survivor: anna, mergeId: merges[0]!.mergeId, by: 'a test' });
    assert.deepEqual(await bySql(asks('$id_is', publicId(ann)), true), ['ann']);
    assert.deepEqual(await bySql(asks('$id_is', publicId(anna)), true), ['anna']);
  });
});
