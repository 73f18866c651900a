import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silent } from '../../../test/support/database.ts';
import { until } from '../../../test/support/until.ts';
import { openPool, transaction } from '../../platform/database/pool.ts';
import { openRoom } from '../test/support.ts';
import { createCounts } from './count.ts';

test('after one slow count people are counted now again', async (t) => {
  const room = await openRoom();
  t.after(room.close);
  const other = openPool(room.t.connection, silent, 1);
  t.after(() => other.end());
  const count = createCounts(room.t.db);
  await room.merge({ 'str::email': 'one@example.com' });
  const slow = await transaction(other, async (tx) => {
    await tx.query('lock table person in access exclusive mode');
    const counted = count(room.ws);
    await tx.query('select pg_sleep(0.03)');
    return { counted };
  });
  assert.deepEqual(await slow.counted, { people: 1, subscribers: 1 });
  await room.merge({ 'str::email': 'two@example.com', 'bol::p': false });
  assert.deepEqual(await count(room.ws), { people: 1, subscribers: 1 }, 'the slow one is kept a while');
  await until('it is counted again', async () => (await count(room.ws)).people === 2);
  await room.merge({ 'str::email': 'three@example.com' });
  await until('and again', async () => (await count(room.ws)).people === 3);
});
