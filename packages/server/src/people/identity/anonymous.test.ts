import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Fields, IntakeItem } from '@tributary/model';
import type { People } from '../index.ts';
import { idOf, itemOf, openRoom, type Room } from '../test/support.ts';

const EMAIL = 'str::email';
const EI = 'str::ei';
const ACI = 'idt::aci';

describe('somebody known by an anonymous id', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());
  beforeEach(() =>
    room.t.db.query(
      `delete from identity; delete from activity; delete from news; delete from person_merge; delete from person_alias;
       delete from person_duplicate; delete from person`,
    ),
  );

  const by = (...keys: string[]): Partial<IntakeItem> => ({ who: { by: keys } });
  const seen = (aci: string, more: Fields = {}, keys = [EMAIL, EI]): IntakeItem =>
    itemOf({ [ACI]: aci, ...more }, { ...by(...keys), activity: { id: 'act::lpv', attributes: {} } });
  const record = async (...items: IntakeItem[]): Promise<string[]> =>
    (await room.people.record(room.ws, items)).map(idOf);
  const count = async (): Promise<number> => (await room.t.db.query('select count(*)::int as n from person')).rows[0].n;
  const views = async (id: string): Promise<number> =>
    (await room.people.timeline(room.t.db, room.ws, id, 100)).filter((a) => a.activityId === 'act::lpv').length;
  const duplicates = () => room.people.identity.duplicates(room.t.db, room.ws, { limit: 10, offset: 0 });

  test('is one person however often they come, and it is no value of the profile', async () => {
    const [one, two] = await record(seen('v1'), seen('v1'));
    const [three] = await record(seen('v1', {}, [ACI]));
    assert.deepEqual([one, one], [two, three]);
    assert.deepEqual(await room.fieldsOf(one!), { 'bol::p': true, 'bol::sp': false });
    assert.deepEqual(await room.keys(), { [`${ACI} v1`]: one });
    assert.equal(await views(one!), 3);
  });

  test('who leaves an address becomes identified, and stays the same person', async () => {
    const [visitor] = await record(seen('v1'));
    const [known] = await record(seen('v1', { [EMAIL]: 'anna@example.com' }));
    assert.equal(known, visitor);
    assert.deepEqual(await record(seen('v1'), itemOf({ [EMAIL]: 'anna@example.com' })), [visitor, visitor]);
    assert.equal(await count(), 1);
  });

  for (const keys of [[EMAIL], [ACI], [ACI, EMAIL], [EMAIL, ACI]]) {
    test(`who turns out to be somebody with an address becomes them, with merge keys ${keys.join(', ')}`, async () => {
      const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
      const [visitor] = await record(seen('v1'), seen('v1'));
      const [now] = await record(seen('v1', { [EMAIL]: 'anna@example.com' }, keys));
      assert.equal(now, anna);
      assert.equal(await views(anna), 3, 'what they saw before is hers');
      assert.equal((await room.people.find(room.t.db, room.ws, [visitor!])).get(visitor!)?.id, anna);
      assert.deepEqual(await record(seen('v1')), [anna]);
      assert.equal(await count(), 1);
      const [merge] = await room.people.identity.merges(room.t.db, room.ws, anna);
      assert.deepEqual([merge?.reason, merge?.absorbed], ['anonymous id', visitor]);
    });
  }

  test('named by a person’s id becomes that person', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    await record(seen('v1'));
    assert.deepEqual(await record(itemOf({ [ACI]: 'v1' }, { who: { personId: anna } }), seen('v1')), [anna, anna]);
    assert.equal(await count(), 1);
  });

  test('has many of them, of the phone and of the desk', async () => {
    const [one] = await record(seen('desk', { [EMAIL]: 'anna@example.com' }));
    const [two] = await record(seen('phone', { [EMAIL]: 'anna@example.com' }));
    assert.equal(one, two);
    assert.deepEqual(await record(seen('desk'), seen('phone')), [one, one]);
    assert.equal(Object.keys(await room.keys()).length, 3);
  });

  test('in one batch: all that is said of one person, in whatever order, is one person’s', async () => {
    const ids = await record(
      seen('a'),
      seen('b', { [EMAIL]: 'anna@example.com' }),
      seen('a'),
      seen('a', { [EMAIL]: 'anna@example.com' }),
      seen('b'),
      seen('a'),
    );
    assert.equal(await count(), 1);
    assert.equal(await views(ids[5]!), 6);
  });

  test('two who are identified are not made one, nor does one’s address overwrite the other’s: somebody else sits there', async () => {
    const [anna] = await record(seen('shared', { [EMAIL]: 'anna@example.com' }));
    const [ben] = await record(seen('shared', { [EMAIL]: 'ben@example.com' }));
    assert.notEqual(anna, ben);
    assert.deepEqual(await record(seen('shared', { [EMAIL]: 'ben@example.com' }), seen('shared')), [ben, anna]);
    assert.equal((await room.fieldsOf(anna!))[EMAIL], 'anna@example.com');
    assert.equal(await count(), 2);
    assert.deepEqual(await duplicates(), [], 'which is no sign that they are one');
  });

  test('whose address is somebody else’s key is not anonymous for that', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    await room.merge({ [EI]: 'A' }, by(EI));
    const [third] = await record(
      itemOf({ [ACI]: 'v', [EMAIL]: 'anna@example.com', [EI]: 'A' }, { who: { by: [EMAIL, EI], find: 2 } }),
    );
    assert.notEqual(third, anna);
    await record(seen('v', { [EMAIL]: 'anna@example.com' }));
    assert.equal(await count(), 3);
  });

  test('that is none is refused, and one alone is enough to say who is meant', async () => {
    const outcomes = await room.people.record(room.ws, [
      itemOf({ [ACI]: 'x'.repeat(65) }),
      itemOf({ [ACI]: 7 }),
      itemOf({ [ACI]: null }),
      itemOf({ [ACI]: 'a\0' }),
      itemOf({ [ACI]: 'fine' }),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['invalid', 'invalid', 'invalid', 'invalid', 'created'],
    );
  });

  test('eight processes at once, each with visits and with sign-ups, make one person of one', async () => {
    const processes: People[] = await Promise.all(Array.from({ length: 8 }, room.another));
    for (let round = 0; round < 10; round++) {
      const aci = `v${round}`;
      const email = { [EMAIL]: `p${round}@example.com` };
      const outcomes = await Promise.all(
        processes.map((people, i) =>
          people.record(room.ws, i % 2 ? [seen(aci)] : [itemOf(email), seen(aci, i === 4 ? {} : email)]),
        ),
      );
      assert.ok(outcomes.flat().every((outcome) => 'personId' in outcome));
      const ids = await record(seen(aci), itemOf(email), seen(aci, email));
      assert.equal(new Set(ids.slice(1)).size, 1);
      assert.equal(await count(), round + 1);
      assert.equal(await views(ids[1]!), 8 + 2);
    }
  });

  describe('and keys that name two people', () => {
    test('leave a suggestion, counted, which goes when they are united or said to be two', async () => {
      const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
      const ben = idOf(await room.merge({ [EI]: 'B' }, by(EI)));
      const both = { [EMAIL]: 'anna@example.com', [EI]: 'B' };
      assert.equal(idOf(await room.merge(both, by(EMAIL, EI))), anna);
      await room.merge(both, by(EMAIL, EI));
      const [duplicate, ...more] = await duplicates();
      assert.deepEqual(
        [duplicate!.people, duplicate!.fields, duplicate!.times, more.length],
        [[anna, ben], [EI], 2, 0],
      );
      const { mergeId } = await room.people.identity.unite(room.ws, { people: [anna, ben], by: 'x' });
      assert.deepEqual(await duplicates(), []);
      await room.people.identity.separate(room.ws, { survivor: anna, mergeId, by: 'x' });
      await room.merge(both, by(EMAIL, EI));
      assert.equal((await duplicates()).length, 1);
      assert.equal(await room.people.identity.dismiss(room.ws, [ben, anna]), true);
      await room.merge(both, by(EMAIL, EI));
      assert.deepEqual(await duplicates(), []);
      assert.equal(await room.people.identity.dismiss(room.ws, [ben, '5']), false);
    });

    test('so does a value that is somebody else’s key; and what was said of one is said of whom they become', async () => {
      const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
      const ben = idOf(await room.merge({ [EI]: 'B' }, by(EI)));
      await room.merge({ [EMAIL]: 'anna@example.com' }, { who: { personId: ben } });
      assert.deepEqual(
        (await duplicates()).map((d) => [d.people, d.fields]),
        [[[anna, ben], [EMAIL]]],
      );
      const carl = idOf(await room.merge({ [EI]: 'C' }, by(EI)));
      await room.people.identity.unite(room.ws, { people: [carl, ben], survivor: carl, by: 'x' });
      assert.deepEqual(
        (await duplicates()).map((d) => d.people),
        [[anna, carl]],
      );
    });
  });
});
