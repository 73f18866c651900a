import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { IntakeItem } from '@tributary/model';
import { silent } from '../../test/support/database.ts';
import { until } from '../../test/support/until.ts';
import { openPool, transaction } from '../platform/database/pool.ts';
import { createPeople, type People } from './index.ts';
import { idOf, itemOf, openRoom, type Room } from './test/support.ts';

describe('many at once', () => {
  let room: Room;
  let processes: People[];
  before(async () => {
    room = await openRoom();
    processes = await Promise.all(Array.from({ length: 8 }, room.another));
    // So that none of them is late for having to open a connection or to read the schema first.
    await Promise.all(
      processes.map((people) => people.record(room.ws, [itemOf({ 'str::email': 'warm@example.com' })])),
    );
  });
  after(() => room.close());
  beforeEach(() => room.t.db.query('delete from identity; delete from activity; delete from news; delete from person'));

  /** Every key leads to a person who has it, and everyone with an address is found by it. */
  const isWhole = async (): Promise<void> => {
    const { rows } = await room.t.db.query(`
      select (select count(*)::int from identity i left join person p on p.id = i.person_id
               where lower(p.fields->>i.field_id) is distinct from i.value) as astray,
             (select count(*)::int from person p where not exists
               (select from identity i where i.field_id = 'str::email' and i.value = lower(p.fields->>'str::email'))) as lost`);
    assert.deepEqual(rows[0], { astray: 0, lost: 0 });
  };
  const count = async (): Promise<number> => (await room.t.db.query('select count(*)::int as n from person')).rows[0].n;

  test('the same new person, by eight processes, twenty times over, is made once each time', async () => {
    for (let round = 0; round < 20; round++) {
      const email = `new${round}@example.com`;
      const outcomes = await Promise.all(
        processes.map((people, i) =>
          people.record(room.ws, [itemOf({ 'str::email': email, 'str::first': `By ${i}` })]),
        ),
      );
      assert.equal(new Set(outcomes.flat().map(idOf)).size, 1);
      assert.deepEqual(
        outcomes
          .flat()
          .map((outcome) => outcome.status)
          .sort(),
        ['created', ...Array(7).fill('merged')],
      );
    }
    assert.equal(await count(), 20);
    await isWhole();
  });

  test('batches that overlap, in opposite order, are merged by all: nobody hears of a deadlock', async () => {
    const emails = Array.from({ length: 60 }, (_, i) => `p${i}@example.com`);
    const batch = (order: string[], by: number, round: number): IntakeItem[] =>
      order.map((email) =>
        itemOf(
          { 'str::email': email, 'str::ei': `${email}/${by % 2}`, 'str::first': `${by}.${round}` },
          {
            tags: [`Tag ${by}`],
            activity: { id: 'act::o', attributes: { 'int:cm:by': by }, key: `${by}.${round}.${email}` },
          },
        ),
      );
    for (let round = 0; round < 4; round++) {
      const outcomes = await Promise.all(
        processes.map((people, i) => {
          const shifted = [...emails.slice(i * 7), ...emails.slice(0, i * 7)];
          return people.record(room.ws, batch(i % 2 === 0 ? shifted : shifted.reverse(), i, round));
        }),
      );
      assert.ok(outcomes.flat().every((outcome) => 'activityId' in outcome && outcome.activityId));
    }
    assert.equal(await count(), emails.length);
    const { rows } = await room.t.db.query(`
      select count(*)::int as n, count(distinct key)::int as keys from activity a
      join activity_definition d on d.id = a.definition_id where d.activity_id = 'act::o'`);
    assert.deepEqual(rows[0], { n: 60 * 8 * 4, keys: 60 * 8 * 4 });
    await isWhole();
  });

  test('people who take each other’s addresses end up with one owner of each', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 8; i++) ids.push(idOf(await room.merge({ 'str::email': `start${i}@example.com` })));
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        processes.map((people, i) =>
          people.record(room.ws, [
            itemOf({ 'str::email': `x${(i + round) % 8}@example.com` }, { who: { personId: ids[i]! } }),
            itemOf({ 'str::first': 'x' }, { who: { personId: ids[(i + 5) % 8]! } }),
          ]),
        ),
      );
    }
    const { rows } = await room.t.db.query(
      `select count(*)::int as astray from identity i left join person p on p.id = i.person_id
       where lower(p.fields->>i.field_id) is distinct from i.value`,
    );
    assert.equal(rows[0].astray, 0);
    assert.equal(await count(), 8);
  });

  test('a request that the database refuses does not fail those it shares a transaction with', async () => {
    // More than a column for a moment can hold: our own checks let nobody through, so this stands for what we forgot.
    const bad = itemOf(
      { 'str::email': 'bad@example.com' },
      { source: 'a\0b', activity: { id: 'act::o', attributes: {} } },
    );
    const [people] = processes as [People];
    const answers = await Promise.allSettled([
      people.record(room.ws, [itemOf({ 'str::email': 'one@example.com' })]),
      people.record(room.ws, [bad, itemOf({ 'str::email': 'with-bad@example.com' })]),
      people.record(room.ws, [itemOf({ 'str::email': 'two@example.com' })]),
    ]);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(await count(), 2, 'of the refused request nothing is there');
    await isWhole();
  });

  test('a field or an activity that another process has just made, or made a key, is known before its signal comes', async () => {
    const [one] = processes as [People];
    const two = room.deaf();
    await two.schema(room.t.db, room.ws);
    await one.addDefinitions(room.ws, [{ activityId: 'act:cm:new', name: 'new', touch: false }]);
    const [did] = await two.record(room.ws, [
      itemOf({ 'str::email': 'k@example.com' }, { activity: { id: 'act:cm:new', attributes: {} } }),
    ]);
    assert.ok(idOf(did));
    await one.addField(room.ws, { name: 'Kommo id', type: 'integer' });
    await one.addField(room.ws, { name: 'Mobile', type: 'phone' });
    const mobile = { c: '61', n: '401234567' };
    const [made] = await two.record(room.ws, [
      itemOf({ 'str::email': 'k@example.com', 'int:cm:kommo-id': 77, 'phn:cm:mobile': mobile }),
    ]);
    await one.ensureKeys(room.ws, ['int:cm:kommo-id', 'phn:cm:mobile', 'str::first', 'int:cm:never']);
    for (const fields of [{ 'int:cm:kommo-id': 77 }, { 'phn:cm:mobile': mobile }]) {
      const [found] = await two.record(room.ws, [itemOf(fields, { who: { by: Object.keys(fields) } })]);
      assert.deepEqual(found, { personId: idOf(made), status: 'merged' });
    }
  });

  test('who reads the schema behind a lock does not hold up the one who has it and needs the schema', async () => {
    const [one] = processes as [People];
    const id = idOf((await one.record(room.ws, [itemOf({ 'str::email': 'held@example.com' })]))[0]!);
    await transaction(room.t.db, async (holder) => {
      await one.identity.hold(holder, room.ws, [id]);
      one.forgetSchema();
      const behind = transaction(room.t.db, (tx) =>
        Promise.all([one.identity.hold(tx, room.ws, [id]), one.schema(tx, room.ws)]),
      );
      await until('it waits for the lock', async () => {
        const { rows } = await room.t.db.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      });
      assert.ok(await one.schema(holder, room.ws));
      return { behind };
    }).then(({ behind }) => behind);
  });

  test('only what is short and has one spelling can become a key', async () => {
    const [one] = processes as [People];
    await one.addField(room.ws, { name: 'Notes', type: 'large_text' });
    await one.addField(room.ws, { name: 'Paid', type: 'bool' });
    await one.ensureKeys(room.ws, ['txt:cm:notes', 'bol:cm:paid']);
    for (const fields of [{ 'txt:cm:notes': 'x' }, { 'bol:cm:paid': true }]) {
      const [outcome] = await one.record(room.ws, [itemOf(fields, { who: { by: Object.keys(fields) } })]);
      assert.match('error' in outcome! ? outcome.error : '', /people can not be found by it$/);
    }
  });
});

test('people who are here are locked in one order: batches in opposite order wait, and never deadlock', async (t) => {
  const room = await openRoom();
  t.after(room.close);
  const emails = Array.from({ length: 40 }, (_, i) => `q${i}@example.com`);
  await room.people.record(
    room.ws,
    emails.map((email) => itemOf({ 'str::email': email })),
  );
  // With connections of their own: what a connection has seen is counted when it ends.
  const pools = [openPool(room.t.connection, silent, 2), openPool(room.t.connection, silent, 2)];
  const two = pools.map((db) => createPeople({ db, clock: room.clock }));
  for (let round = 0; round < 15; round++) {
    const items = emails.map((email) => itemOf({ 'str::email': email, 'str::first': `${round}` }));
    await Promise.all([two[0]!.record(room.ws, items), two[1]!.record(room.ws, items.toReversed())]);
  }
  const count = async (): Promise<number> =>
    (await room.t.db.query(`select count(*)::int as n from pg_stat_activity where datname = current_database()`))
      .rows[0].n;
  const before = await count();
  await Promise.all(pools.map((pool) => pool.end()));
  await until('their connections have ended', async () => (await count()) < before);
  const { rows } = await room.t.db.query(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  assert.deepEqual(rows, [{ deadlocks: 0 }]);
});
