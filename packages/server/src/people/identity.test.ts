import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Fields, FindStrategy, IntakeItem } from '@tributary/model';
import fc from 'fast-check';
import { idOf, itemOf, openRoom, type Room } from './test/support.ts';

const EMAIL = 'str::email';
const EI = 'str::ei';

describe('who a person is', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());
  beforeEach(() => empty());

  /** Quicker than to truncate, where there are but a few. */
  const empty = () =>
    room.t.db.query('delete from identity; delete from activity; delete from news; delete from person');

  const by = (find: FindStrategy, ...keys: string[]): Partial<IntakeItem> => ({ who: { by: keys, find } });
  const byId = (personId: string): Partial<IntakeItem> => ({ who: { personId } });
  const make = async (fields: Fields, ...keys: string[]): Promise<string> =>
    idOf(await room.merge(fields, by(0, ...(keys.length ? keys : Object.keys(fields)))));
  const count = async (): Promise<number> => (await room.t.db.query('select count(*)::int as n from person')).rows[0].n;

  describe('find strategy 0, any', () => {
    test('takes the first key that finds anyone, and later keys where it finds nobody', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com' });
      const ben = await make({ [EI]: 'B' });
      assert.equal(idOf(await room.merge({ [EMAIL]: 'anna@example.com', [EI]: 'B' }, by(0, EMAIL, EI))), anna);
      assert.equal(idOf(await room.merge({ [EMAIL]: 'new@example.com', [EI]: 'B' }, by(0, EMAIL, EI))), ben);
      assert.equal((await room.fieldsOf(ben))[EMAIL], 'new@example.com');
      assert.equal(await count(), 2);
    });

    test('a key without a value is passed over', async () => {
      const ben = await make({ [EI]: 'B' });
      for (const fields of [{ [EMAIL]: null, [EI]: 'B' }, { [EI]: 'B' }]) {
        assert.equal(idOf(await room.merge(fields, by(0, EMAIL, EI))), ben);
      }
    });
  });

  test('spaces alone are nobody’s: strangers whose forms have them in a key are not made one', async () => {
    const anna = await make({ [EMAIL]: 'anna@example.com', [EI]: ' ' }, EMAIL, EI);
    assert.notEqual(await make({ [EMAIL]: 'ben@example.com', [EI]: ' ' }, EMAIL, EI), anna);
    assert.deepEqual(await room.merge({ [EI]: ' \t' }, by(0, EI)), {
      status: 'invalid',
      error: 'none of the merge keys is given: str::ei',
    });
    assert.equal(await make({ [EI]: 'A', [EMAIL]: 'anna@example.com' }, EI, EMAIL), anna);
  });

  describe('find strategy 1, next only if the previous is empty', () => {
    test('finds by the second key only those whose first is empty', async () => {
      const ben = await make({ [EI]: 'B' });
      assert.equal(idOf(await room.merge({ [EMAIL]: 'b@example.com', [EI]: 'B' }, by(1, EMAIL, EI))), ben);
      const other = await room.merge({ [EMAIL]: 'c@example.com', [EI]: 'B' }, by(1, EMAIL, EI));
      assert.equal(other.status, 'created', 'Ben has an address, and it is another');
      assert.notEqual(idOf(other), ben);
      assert.equal((await room.keys())[`${EI} B`], ben, 'the key stays with whom it was');
    });
  });

  describe('find strategy 2, all', () => {
    test('finds whom all the keys given find, and makes another person of anything else', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com', [EI]: 'A' });
      assert.equal(idOf(await room.merge({ [EMAIL]: 'ANNA@example.com', [EI]: 'A' }, by(2, EMAIL, EI))), anna);
      assert.equal(idOf(await room.merge({ [EMAIL]: 'anna@example.com' }, by(2, EMAIL, EI))), anna, 'one was given');
      const half = await room.merge({ [EMAIL]: 'anna@example.com', [EI]: 'X' }, by(2, EMAIL, EI));
      assert.equal(half.status, 'created');
      assert.notEqual(idOf(half), anna);
    });

    test('two keys that find two people find neither', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com' });
      const ben = await make({ [EI]: 'B' });
      const both = { [EMAIL]: 'anna@example.com', [EI]: 'B' };
      assert.deepEqual(await room.merge(both, by(2, EMAIL, EI)), {
        status: 'invalid',
        error: 'str::email and str::ei are those of different people: somebody new would be found by none of them',
      });
      assert.equal(await count(), 2);
      await room.merge({ [EI]: null }, byId(ben));
      const third = await room.merge(both, by(2, EMAIL, EI));
      assert.deepEqual([third.status, new Set([anna, ben, idOf(third)]).size], ['created', 3], 'one is free again');
      assert.equal(idOf(await room.merge(both, by(2, EMAIL, EI))), idOf(third));
    });
  });

  describe('by id', () => {
    test('a person is found, whatever the keys say, and one that is not there is not made', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com' });
      assert.deepEqual(await room.merge({ 'str::first': 'Anna' }, byId(anna)), { personId: anna, status: 'merged' });
      assert.deepEqual(await room.merge({ 'str::first': 'Anna' }, byId('12345')), {
        status: 'not_found',
        error: 'Person not found',
      });
      assert.equal(await count(), 1);
    });

    test('nobody is found in another workspace', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com' });
      const [elsewhere] = await room.people.record(room.ws + 1, [itemOf({}, byId(anna))]);
      assert.equal(elsewhere!.status, 'not_found');
    });
  });

  test('nobody is made where only people who are here are asked for', async () => {
    const anna = await make({ [EMAIL]: 'anna@example.com' });
    const [found, missed] = await room.people.record(room.ws, [
      itemOf({ [EMAIL]: 'anna@example.com', 'str::first': 'Anna' }, { existingOnly: true }),
      itemOf(
        { [EMAIL]: 'nobody@example.com' },
        { existingOnly: true, activity: { id: 'act::o', attributes: {} }, tags: ['x'] },
      ),
    ]);
    assert.equal(idOf(found), anna);
    assert.deepEqual(missed, { status: 'not_found', error: 'Person not found, and none is to be made' });
    assert.equal(await count(), 1);
    assert.equal((await room.t.db.query('select from activity')).rowCount, 0);
  });

  test('a key that nobody can be found by is said so, as is one that is not there, or given', async () => {
    const error = async (fields: Fields, ...keys: string[]) => {
      const outcome = await room.merge(fields, by(0, ...keys));
      return 'error' in outcome ? outcome.error : outcome.status;
    };
    assert.equal(
      await error({ 'str::first': 'Anna' }, 'str::first'),
      'failed to validate field str::first: people can not be found by it',
    );
    assert.equal(
      await error({ [EMAIL]: 'a@b' }, 'str:cm:nope'),
      'failed to validate field str:cm:nope in schema: str:cm:nope: Object not found',
    );
    assert.equal(
      await error({ 'str::first': 'Anna' }, EMAIL, EI),
      'none of the merge keys is given: str::email, str::ei',
    );
    assert.equal(await error({ [EMAIL]: 'a@b' }), 'merge_by takes one to 3 fields');
    assert.equal(await error({ [EMAIL]: 'a@b' }, EMAIL, EI, 'phn::phone', EMAIL), 'merge_by takes one to 3 fields');
    assert.equal(await count(), 0);
  });

  describe('phones', () => {
    const phone = (value: Fields[string]) => room.merge({ 'phn::phone': value }, by(0, 'phn::phone'));

    test('in either form, with and without spaces, are one person’s', async () => {
      const anna = idOf(await phone({ c: '61', n: '401234567' }));
      assert.deepEqual((await room.fieldsOf(anna))['phn::phone'], { c: '61', n: '401234567' });
      for (const same of [
        { phone: '61401234567', parse_with_country_code: true },
        { phone: '+61 401 234 567', parse_with_country_code: true },
        { c: '+61', n: '401 234-567' },
        { phone: '0061 401 234 567', parse_with_country_code: true },
        { c: '0061', n: '0401234567' },
      ]) {
        assert.equal(idOf(await phone(same)), anna);
        assert.deepEqual((await room.fieldsOf(anna))['phn::phone'], { c: '61', n: '401234567' });
      }
      assert.notEqual(idOf(await phone({ n: '401234567' })), anna, 'without its country it may be anybody’s');
    });

    test('that are none are said so', async () => {
      for (const none of [
        { phone: 'call me' },
        { phone: '1' },
        { n: 'no digits' },
        { c: '61' },
        { n: '1'.repeat(21) },
        { c: '12345', n: '1' },
      ]) {
        assert.deepEqual(await phone(none), {
          status: 'invalid',
          error: 'failed to validate field phn::phone: not a phone number',
        });
      }
      assert.match(JSON.stringify(await phone('61401234567')), /expected \{/);
    });
  });

  describe('when an e-mail changes', () => {
    test('she is found by the new one, and the old one finds nobody', async () => {
      const anna = await make({ [EMAIL]: 'old@example.com' });
      await room.merge({ [EMAIL]: 'new@example.com' }, byId(anna));
      assert.deepEqual(await room.keys(), { [`${EMAIL} new@example.com`]: anna });
      assert.equal(idOf(await room.merge({ [EMAIL]: 'new@example.com' })), anna);
      const stranger = await room.merge({ [EMAIL]: 'old@example.com' });
      assert.equal(stranger.status, 'created');
      assert.notEqual(idOf(stranger), anna);
    });

    test('to nothing, nobody is found by it', async () => {
      const anna = await make({ [EMAIL]: 'a@example.com', [EI]: 'A' });
      await room.merge({ [EMAIL]: null }, byId(anna));
      assert.deepEqual(await room.keys(), { [`${EI} A`]: anna });
    });

    test('to that of another, the other keeps it', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com' });
      const ben = await make({ [EI]: 'B' });
      await room.merge({ [EMAIL]: 'anna@example.com' }, byId(ben));
      assert.equal((await room.fieldsOf(ben))[EMAIL], 'anna@example.com');
      assert.equal(idOf(await room.merge({ [EMAIL]: 'anna@example.com' })), anna);
    });

    test('in its case only, nothing is lost', async () => {
      const anna = await make({ [EMAIL]: 'anna@example.com' });
      await room.merge({ [EMAIL]: 'Anna@Example.com' });
      assert.deepEqual(await room.keys(), { [`${EMAIL} anna@example.com`]: anna });
    });

    test('in the middle of a batch, those after it find whom they would find on their own', async () => {
      const anna = await make({ [EMAIL]: 'old@example.com', [EI]: 'A' });
      const [moved, found, stranger] = await room.people.record(room.ws, [
        itemOf({ [EMAIL]: 'new@example.com' }, byId(anna)),
        itemOf({ [EMAIL]: 'new@example.com', 'str::first': 'Anna' }),
        itemOf({ [EMAIL]: 'old@example.com', 'str::first': 'Stranger' }),
      ]);
      assert.deepEqual([idOf(moved), idOf(found)], [anna, anna]);
      assert.equal(stranger!.status, 'created');
      assert.equal((await room.fieldsOf(anna))['str::first'], 'Anna');
      assert.equal((await room.keys())[`${EMAIL} old@example.com`], idOf(stranger));
      const [, another] = await room.people.record(room.ws, [
        itemOf({ [EMAIL]: 'newest@example.com' }, byId(anna)),
        itemOf({ [EMAIL]: 'new@example.com' }),
      ]);
      assert.equal(another!.status, 'created', 'of whom nobody could say so beforehand');
      assert.notEqual(idOf(another), anna);
    });

    test('of somebody made in the same batch, she is found by the last one', async () => {
      const [made] = await room.people.record(room.ws, [
        itemOf({ [EMAIL]: 'first@example.com', [EI]: 'A' }, by(0, EMAIL, EI)),
        itemOf({ [EMAIL]: 'last@example.com', [EI]: 'A' }, by(0, EI)),
      ]);
      assert.deepEqual(await room.keys(), { [`${EI} A`]: idOf(made), [`${EMAIL} last@example.com`]: idOf(made) });
    });
  });

  test('a batch makes of people what its items would have made one by one', async () => {
    const email = fc.constantFrom('a@x', 'b@x', 'A@x');
    const ei = fc.constantFrom('1', '2');
    const item = fc.oneof(
      fc.record({ [EMAIL]: email, 'str::first': fc.constantFrom('X', 'Y', null) }, { requiredKeys: [EMAIL] }),
      fc.record({ [EI]: ei, 'str::last': fc.constantFrom('X', null) }, { requiredKeys: [EI] }),
      fc.record({ [EMAIL]: email, [EI]: ei }),
      fc.record({ [EI]: ei, [EMAIL]: email }),
    );
    const items = fc.array(
      fc.tuple(
        item,
        fc.constantFrom<FindStrategy>(0, 1, 2),
        fc.constantFrom(1 as const, 2 as const, 3 as const),
        fc.boolean(),
      ),
      { minLength: 2, maxLength: 6 },
    );
    /** People and what became of them, without their ids. */
    const tell = async (record: (items: IntakeItem[]) => Promise<string[]>, given: IntakeItem[]) => {
      await empty();
      const told = await record(given);
      const { rows } = await room.t.db.query<{ id: string; fields: Fields }>('select id, fields from person');
      const order = [...new Set(told)];
      const keys = Object.entries(await room.keys()).map(([key, person]) => [key, order.indexOf(person)]);
      return {
        told: told.map((one) => order.indexOf(one)),
        people: order.map((id) => rows.find((row) => row.id === id)?.fields ?? id),
        keys,
      };
    };
    const whoOf = (outcome: { personId?: string; status: string }): string => outcome.personId ?? outcome.status;
    await fc.assert(
      fc.asyncProperty(items, async (drawn) => {
        const given = drawn.map(([fields, find, strategy, existingOnly]) =>
          itemOf(fields as Fields, {
            who: { by: Object.keys(fields).filter((id) => id === EMAIL || id === EI), find },
            strategy,
            existingOnly,
          }),
        );
        const together = await tell(async (all) => (await room.people.record(room.ws, all)).map(whoOf), given);
        const apart = await tell(async (all) => {
          const told: string[] = [];
          for (const one of all) told.push(whoOf((await room.people.record(room.ws, [one]))[0]!));
          return told;
        }, given);
        assert.deepEqual(together, apart);
      }),
      { numRuns: 120 },
    );
  });
});
