import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Fields } from '@tributary/model';
import { transaction } from '../platform/database/pool.ts';
import { giveFreedKeys, settleKeys } from './settle.ts';
import { idOf, itemOf, openRoom, type Room } from './test/support.ts';

const EMAIL = 'str::email';

describe('a field that becomes a key while people are recorded with a value in it', () => {
  let room: Room;
  let field: string;
  let round = 0;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());
  beforeEach(async () => {
    round += 1;
    const made = await room.people.addField(room.ws, { name: `Customer ${round}`, type: 'text' });
    field = made!.id;
  });

  const by = (value: string) => itemOf({ [field]: value }, { who: { by: [field] } });
  const find = async (value: string) => (await room.people.record(room.ws, [by(value)]))[0]!;
  const settle = async (): Promise<void> => {
    while ((await settleKeys(room.t.db, 0)) === 'more');
  };
  const unsettled = async (): Promise<number | null> =>
    (await room.t.db.query('select from field where key_settles_at is not null')).rowCount;
  /** Records in a transaction that stays open until `end`. */
  const open = async (fields: Fields): Promise<{ id: string; end(): Promise<void> }> => {
    const recorded = Promise.withResolvers<string>();
    const held = Promise.withResolvers<void>();
    const over = transaction(room.t.db, async (tx) => {
      recorded.resolve(idOf((await room.people.recordIn(tx, room.ws, [itemOf(fields)]))[0]));
      await held.promise;
    });
    over.catch(recorded.reject);
    const id = await recorded.promise;
    return {
      id,
      async end() {
        held.resolve();
        await over;
      },
    };
  };

  test('finds them once they are done', async () => {
    const anna = await open({ [EMAIL]: 'anna@example.com', [field]: 'C-1' });
    await room.people.record(room.ws, [itemOf({ [EMAIL]: 'spaces@example.com', [field]: '  ' })]);
    const deaf = room.deaf();
    await deaf.record(room.ws, [itemOf({ [EMAIL]: 'warm@example.com' })]);
    await find('C-99');
    await settle();
    assert.equal(await unsettled(), 1, 'somebody is at work who does not know of it');
    await anna.end();
    const [ben] = await deaf.record(room.ws, [itemOf({ [EMAIL]: 'ben@example.com', [field]: 'C-2' })]);
    await settle();
    assert.equal(await unsettled(), 0);
    const blank = Object.keys(await room.keys()).filter((key) => key.trim() === field);
    assert.deepEqual(blank, [], 'spaces alone are no key');
    assert.deepEqual(await find('C-1'), { personId: anna.id, status: 'merged' });
    assert.deepEqual(await find('C-2'), { personId: idOf(ben), status: 'merged' });
  });

  test('finds them by the value they have, not by the one they had', async () => {
    const cara = idOf(await room.merge({ [EMAIL]: 'cara@example.com', [field]: 'old' }));
    const changed = await open({ [EMAIL]: 'cara@example.com', [field]: 'new' });
    await room.people.ensureKeys(room.ws, [field]);
    assert.equal((await room.keys())[`${field} old`], cara);
    await changed.end();
    await settle();
    assert.equal(idOf(await find('new')), cara);
    assert.equal((await find('old')).status, 'created');
  });

  test('and whose value somebody else has as key by then, leaves it with them', async () => {
    const dan = await open({ [EMAIL]: 'dan@example.com', [field]: 'same' });
    const first = idOf(await find('same'));
    await dan.end();
    await settle();
    assert.equal(idOf(await find('same')), first);
  });
});

test('accounts that were being recorded when their field became a key are found by it too', async (t) => {
  const room = await openRoom();
  t.after(room.close);
  const { accounts } = room.people;
  const { id: field } = (await accounts.addField(room.ws, { name: 'Number', type: 'text' }))!;
  await accounts.record(room.ws, [
    { who: { by: ['str:o:name'] }, fields: { 'str:o:name': 'Acme', [field]: '1' }, source: 'API' },
  ]);
  await accounts.ensureKeys(room.ws, [field]);
  await room.t.db.query('delete from account_identity where field_id = $1', [field]);
  while ((await settleKeys(room.t.db, 0)) === 'more');
  const { rows } = await room.t.db.query('select value from account_identity where field_id = $1', [field]);
  assert.deepEqual(rows, [{ value: '1' }]);
});

describe('a key that has become free', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());

  const change = (kind: 'archive' | 'restore', id: string) =>
    room.people.lifecycle.change(room.ws, kind, { ids: [id] }, 'API');
  const has = (email: string) => room.merge({ [EMAIL]: email });

  test('finds whoever came back while another had it', async () => {
    const anna = idOf(await has('anna@example.com'));
    await change('archive', anna);
    const again = idOf(await has('anna@example.com'));
    await change('restore', anna);
    await change('archive', again);
    await giveFreedKeys(room.t.db, room.ws);
    assert.equal(idOf(await has('anna@example.com')), anna);
  });

  test('finds the oldest of those who have its value, and nobody archived', async () => {
    const { id: field } = (await room.people.addField(room.ws, { name: 'Shared number', type: 'text' }))!;
    await room.people.ensureKeys(room.ws, [field]);
    const having = async (name: string) => idOf(await room.merge({ [EMAIL]: `${name}@shared.example`, [field]: '7' }));
    const [first, gone, second] = [await having('first'), await having('gone'), await having('second')];
    await having('third');
    await change('archive', gone);
    await room.merge({ [EMAIL]: 'first@shared.example', [field]: '8' });
    await giveFreedKeys(room.t.db, room.ws);
    const found = async (value: string) => {
      const by = itemOf({ [field]: value }, { who: { by: [field] } });
      return idOf((await room.people.record(room.ws, [by]))[0]);
    };
    assert.deepEqual([await found('7'), await found('8')], [second, first]);
  });

  test('finds an account that came back while another had its name', async () => {
    const { accounts } = room.people;
    const named = async () => {
      const item = { who: { by: ['str:o:name'] }, fields: { 'str:o:name': 'Acme' }, source: 'API' };
      const [outcome] = await accounts.record(room.ws, [item]);
      assert.ok(outcome && 'accountId' in outcome);
      return outcome.accountId;
    };
    const acme = await named();
    await accounts.change(room.ws, 'archive', { ids: [acme] }, 'API');
    const again = await named();
    await accounts.change(room.ws, 'restore', { ids: [acme] }, 'API');
    await accounts.change(room.ws, 'archive', { ids: [again] }, 'API');
    await giveFreedKeys(room.t.db, room.ws);
    assert.equal(await named(), acme);
  });
});
