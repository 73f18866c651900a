import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Fields, publicId } from '@tributary/model';
import { until } from '../../../test/support/until.ts';
import { transaction } from '../../platform/database/pool.ts';
import { idOf, itemOf, openRoom, type Room } from '../test/support.ts';
import { accountValuesOf } from './search.ts';

describe('accounts', () => {
  let room: Room;
  let beginning: Date;
  before(async () => {
    room = await openRoom();
    beginning = room.clock.now();
    await room.people.addDefinitions(room.ws, [{ activityId: 'act:cm:called', name: 'Called', touch: true }]);
    await room.people.accounts.addDefinitions(room.ws, [
      { activityId: 'act:oc:invoiced', name: 'Invoiced', touch: true },
    ]);
  });
  after(() => room.close());

  const make = async (name: string): Promise<string> => {
    const item = { who: { by: ['str:o:name'] }, fields: { 'str:o:name': name }, source: 'Test' };
    const [outcome] = await room.people.accounts.record(room.ws, [item]);
    assert.ok(outcome && 'accountId' in outcome);
    return outcome.accountId;
  };
  const person = async (email: string, more: object = {}): Promise<string> =>
    idOf(await room.merge({ 'str::email': email }, more));
  const add = (accountId: string, ...people: string[]) => room.people.accounts.members.add(room.ws, accountId, people);
  const valuesOf = async (accountId: string, fields: string[]): Promise<Fields> => {
    const [account] = await room.people.accounts.search.byIds(room.t.db, room.ws, [accountId]);
    return accountValuesOf(account!, fields);
  };
  const ago = (minutes: number): Date => new Date(beginning.getTime() - minutes * 60_000);
  const called = (email: string, at: Date) =>
    room.merge({ 'str::email': email }, { activity: { id: 'act:cm:called', attributes: {}, at } });
  const newsOf = async (): Promise<{ changed: string[]; fields?: string[] }[]> => {
    const { rows } = await room.t.db.query(`delete from news where name = 'people.recorded' returning payload, id`);
    return rows.sort((a, b) => Number(a.id) - Number(b.id)).map((row) => row.payload);
  };

  describe('when an account was seen', () => {
    test('follows what its people do, and what happens there', async () => {
      const id = await make('Seen');
      const [anna, ben] = [await person('anna@seen.example'), await person('ben@seen.example')];
      await add(id, anna, ben);
      assert.deepEqual(await valuesOf(id, ['of', 'ol']), {});
      await called('anna@seen.example', ago(30));
      await called('ben@seen.example', ago(60));
      assert.deepEqual(await valuesOf(id, ['of', 'ol']), { of: ago(60).toISOString(), ol: ago(30).toISOString() });
      const own = {
        who: { accountId: id },
        fields: {},
        source: 'Test',
        activity: { id: 'act:oc:invoiced', attributes: {}, at: ago(10) },
      };
      const before = await valuesOf(id, ['oe']);
      room.clock.advance(1000);
      await room.people.accounts.record(room.ws, [{ ...own, activity: { ...own.activity, at: ago(10) } }]);
      assert.deepEqual((await valuesOf(id, ['ol'])).ol, ago(10).toISOString());
      assert.deepEqual(await valuesOf(id, ['oe']), before, 'to be seen is no edit');
    });

    test('takes in who was seen before they came', async () => {
      const id = await make('Late');
      const cleo = await person('cleo@late.example');
      await called('cleo@late.example', ago(45));
      await add(id, cleo);
      assert.deepEqual(await valuesOf(id, ['of', 'ol']), { of: ago(45).toISOString(), ol: ago(45).toISOString() });
    });

    test('is right when twenty do something at once in two processes', async () => {
      const [one, two] = [await make('Busy one'), await make('Busy two')];
      const emails = Array.from({ length: 20 }, (_, i) => `p${i}@busy.example`);
      const people: string[] = [];
      for (const email of emails) people.push(await person(email));
      await add(one, ...people);
      await add(two, ...people.slice().reverse());
      const other = await room.another();
      await Promise.all(
        emails.map((email, i) =>
          (i % 2 ? other : room.people).record(room.ws, [
            itemOf({ 'str::email': email }, { activity: { id: 'act:cm:called', attributes: {}, at: ago(i) } }),
          ]),
        ),
      );
      for (const id of [one, two])
        assert.deepEqual(await valuesOf(id, ['of', 'ol']), { of: ago(19).toISOString(), ol: ago(0).toISOString() });
    });
  });

  test('its engagement is the average of that of its people, those who are archived left out', async () => {
    const id = await make('Engaged');
    const engaged = async (email: string, value?: number) =>
      idOf(
        (
          await room.people.record(room.ws, [
            itemOf({ 'str::email': email, ...(value === undefined ? {} : { 'int::e': value }) }, { ours: true }),
          ])
        )[0],
      );
    const people = [await engaged('a@e.example', 10), await engaged('b@e.example', 51), await engaged('c@e.example')];
    await add(id, ...people);
    assert.deepEqual(await valuesOf(id, ['int:o:e']), { 'int:o:e': 31 });
    const filter = { '$int::greater_than': { field_id: 'int:o:e', value: 30 } };
    assert.equal(await room.people.accounts.search.count(room.t.db, room.ws, { filter }), 1);
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [people[1]!] }, 'Test');
    assert.deepEqual(await valuesOf(id, ['int:o:e']), { 'int:o:e': 10 });
    assert.deepEqual((await room.people.accounts.peopleOf(room.t.db, room.ws, [id])).get(id), [people[0], people[2]]);
  });

  test('who looks at people’s fields hears that somebody belongs to one', async () => {
    const id = await make('Heard');
    const dora = await person('dora@heard.example');
    await newsOf();
    await add(id, dora);
    await add(id, dora);
    assert.deepEqual(
      (await newsOf()).map(({ changed, fields }) => ({ changed, fields })),
      [{ changed: [dora], fields: ['idt::o', 'e'] }],
    );
  });

  test('people come and go, do things, and accounts are put away and brought back, all at once: nobody ends in a wrong one', async () => {
    const ids = [await make('Rush one'), await make('Rush two')];
    const people: string[] = [];
    for (let i = 0; i < 10; i++) people.push(await person(`p${i}@rush.example`));
    const processes = [room.people, await room.another()];
    const done = await Promise.allSettled(
      Array.from({ length: 120 }, async (_, i) => {
        const { accounts, record } = processes[i % 2]!;
        const id = ids[(i >> 1) % 2]!;
        const some = people.filter((_person, n) => (n + i) % 3 > 0).reverse();
        if (i % 10 === 8) return accounts.change(room.ws, 'archive', { ids: [...ids] }, 'Test');
        if (i % 10 === 9) return accounts.change(room.ws, 'restore', { ids: [...ids].reverse() }, 'Test');
        if (i % 5 === 0) return accounts.members.remove(room.ws, id, some);
        if (i % 5 < 3) return accounts.members.add(room.ws, id, some);
        const activity = { id: 'act:cm:called', attributes: {}, at: ago(i) };
        return record(
          room.ws,
          some.map((personId) => ({ who: { personId }, fields: {}, source: 'Test', activity })),
        );
      }),
    );
    const refused = done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.deepEqual(
      refused.filter((reason) => reason.code !== 'account_not_found'),
      [],
      'an archived account takes nobody; nothing else goes wrong',
    );
    const { rows } = await room.t.db.query(
      `select p.id from person p where p.fields->>'idt::o' is distinct from (
         select public_account_id(a.id) from account_person ap
         join account a on a.id = ap.account_id and a.archived_at is null
         where ap.person_id = p.id order by ap.since, ap.account_id limit 1)`,
    );
    assert.deepEqual(rows, []);
  });

  test('who comes into an account while it is put away does not show it either', async () => {
    const id = await make('Closing');
    const nils = await person('nils@closing.example');
    const { archiving } = await transaction(room.t.db, async (tx) => {
      await room.people.accounts.members.addIn(tx, room.ws, [{ accountId: id, personId: nils }], 'Test');
      const archiving = room.people.accounts.change(room.ws, 'archive', { ids: [id] }, 'Test');
      await until('it waits for the account', async () => {
        const { rows } = await room.t.db.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      });
      return { archiving };
    });
    await archiving;
    const { rows } = await room.t.db.query(`select fields->>'idt::o' as account from person where id = $1`, [nils]);
    assert.deepEqual(rows, [{ account: null }]);
  });

  test('who is deleted belongs nowhere', async () => {
    const id = await make('Left');
    const emil = await person('emil@left.example');
    await add(id, emil);
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [emil] }, 'Test');
    await room.people.lifecycle.change(room.ws, 'delete', { ids: [emil] }, 'Test');
    const { rows } = await room.t.db.query('select from account_person where account_id = $1', [id]);
    assert.equal(rows.length, 0);
  });

  test('two people who become one belong to the accounts of both, and to their own again when separated', async () => {
    const [one, two, both] = [await make('Of one'), await make('Of two'), await make('Of both')];
    const fred = await person('fred@united.example');
    room.clock.advance(1000);
    const gina = await person('gina@united.example');
    await add(one, fred);
    room.clock.advance(1000);
    await add(two, gina);
    await add(both, fred, gina);
    const { mergeId } = (await unite(fred, gina))!;
    const { peopleOf } = room.people.accounts;
    const now = async () =>
      [...(await peopleOf(room.t.db, room.ws, [one, two, both]))].sort().map(([account, people]) => [account, people]);
    assert.deepEqual(
      await now(),
      [
        [one, [fred]],
        [two, [fred]],
        [both, [fred]],
      ].sort(),
    );
    await separate(fred, mergeId);
    assert.deepEqual(
      await now(),
      [
        [one, [fred]],
        [two, [gina]],
        [both, [fred, gina]],
      ].sort(),
    );
    assert.equal((await room.fieldsOf(fred))['idt::o'], publicId(one, 'account'));
    assert.equal((await room.fieldsOf(gina))['idt::o'], publicId(two, 'account'));
  });

  const unite = (survivor: string, other: string) =>
    room.people.identity.unite(room.ws, { people: [survivor, other], survivor, by: 'Test' });
  const separate = (survivor: string, mergeId: string) =>
    room.people.identity.separate(room.ws, { survivor, mergeId, by: 'Test' });
});
