import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { internalId, publicId } from '@tributary/model';
import { until } from '../../../test/support/until.ts';
import { transaction } from '../../platform/database/pool.ts';
import type { People } from '../index.ts';
import { idOf, itemOf, openRoom, type Room } from '../test/support.ts';

const EMAIL = 'str::email';
const ACI = 'idt::aci';
const DAY = 24 * 3600 * 1000;

describe('two people who turn out to be one', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());
  beforeEach(() =>
    room.t.db.query(
      'delete from identity; delete from activity; delete from news; delete from person_merge; delete from person_alias; delete from person_duplicate; delete from person',
    ),
  );

  const unite = (survivor: string, absorbed: string) =>
    room.people.identity.unite(room.ws, { people: [survivor, absorbed], survivor, by: 'a test' });
  const timeline = async (id: string, people = room.people) =>
    (await people.timeline(room.t.db, room.ws, id, 100)).map((a) => a.activityId).filter((id) => id !== 'act::ta');
  const find = async (id: string) => (await room.people.find(room.t.db, room.ws, [id])).get(id);
  const did = (id: string, key?: string) => ({ activity: { id, attributes: {}, ...(key ? { key } : {}) } });
  const news = async (name: string) =>
    (
      await room.t.db.query<{ payload: object }>('select payload from news where name = $1 order by id', [name])
    ).rows.map((row) => row.payload);
  const row = async (id: string) =>
    (await room.t.db.query('select *, null as edited_at from person where id = $1', [id])).rows[0];

  test('are one: her values win, his fill the gaps, tags, keys and activities are hers, and his id finds her', async () => {
    const anna = idOf(
      await room.merge({ [EMAIL]: 'anna@example.com', 'str::first': 'Anna' }, { tags: ['A'], ...did('act::o') }),
    );
    room.clock.advance(1000);
    const ann = idOf(
      await room.merge(
        { [EMAIL]: 'ann@work.example', 'str::first': 'Ann', 'str::last': 'Petrova', 'str::ei': '7' },
        { tags: ['A', 'B'], ...did('act::c') },
      ),
    );
    const merge = await unite(anna, ann);
    assert.deepEqual([merge.survivor, merge.absorbed, merge.reason], [anna, ann, 'by hand']);
    const person = await find(ann);
    assert.equal(person?.id, anna);
    assert.deepEqual(person?.fields, {
      'bol::p': true,
      'bol::sp': false,
      [EMAIL]: 'anna@example.com',
      'str::first': 'Anna',
      'str::last': 'Petrova',
      'str::ei': '7',
    });
    assert.deepEqual(person?.tags, ['A', 'B']);
    assert.deepEqual(await room.keys(), {
      'str::ei 7': anna,
      [`${EMAIL} ann@work.example`]: anna,
      [`${EMAIL} anna@example.com`]: anna,
    });
    assert.deepEqual((await timeline(anna)).sort(), ['act::c', 'act::o', 'act::united']);
    assert.deepEqual(await timeline(ann), await timeline(anna));
    assert.deepEqual(await news('people.united'), [
      { workspaceId: room.ws, mergeId: merge.mergeId, survivor: anna, absorbed: ann },
    ]);
    const told = (await room.people.timeline(room.t.db, room.ws, anna, 1))[0]!;
    assert.deepEqual(told.attributes, {
      'idt::other': publicId(ann),
      'idt::merge': publicId(merge.mergeId, 'merge'),
      'str::by': 'a test',
    });
    assert.equal(internalId(publicId(merge.mergeId, 'merge'), 'merge'), merge.mergeId);
  });

  test('what comes in for his id or by his address is hers, and does not change her address', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    const ann = idOf(await room.merge({ [EMAIL]: 'ann@work.example' }));
    await unite(anna, ann);
    const outcomes = await room.people.record(room.ws, [
      itemOf({ 'str::city': 'x' }, { who: { personId: ann } }),
      itemOf({ 'str::first': 'Ann' }, { who: { personId: ann }, ...did('act::o') }),
      itemOf({ [EMAIL]: 'Ann@work.example', 'str::last': 'P' }, did('act::c')),
      itemOf({ [EMAIL]: 'anna@example.com', 'str::postal': '1' }),
    ]);
    assert.equal(outcomes[0]!.status, 'invalid');
    assert.deepEqual(outcomes.slice(1).map(idOf), [anna, anna, anna]);
    assert.deepEqual(await room.fieldsOf(anna), {
      'bol::p': true,
      'bol::sp': false,
      [EMAIL]: 'anna@example.com',
      'str::first': 'Ann',
      'str::last': 'P',
      'str::postal': '1',
    });
    assert.equal(Object.keys(await room.keys()).length, 2, 'both addresses still find her');
    assert.deepEqual((await timeline(anna)).sort(), ['act::c', 'act::o', 'act::united']);
  });

  test('by the rules the identified survives the anonymous, else the older; nobody archived takes part', async () => {
    const rules = (a: string, b: string) =>
      room.people.identity.unite(room.ws, { people: [a, b], by: 'a test' }).then((merge) => merge.survivor);
    const visitor = idOf(await room.merge({ [ACI]: 'v1' }, { who: { by: [ACI] } }));
    room.clock.advance(5000);
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    assert.equal(await rules(visitor, anna), anna);
    room.clock.advance(5000);
    const later = idOf(await room.merge({ [EMAIL]: 'later@example.com' }));
    assert.equal(await rules(later, anna), anna);
    const last = idOf(await room.merge({ [EMAIL]: 'last@example.com' }));
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [last] }, 'API');
    await assert.rejects(rules(last, anna), { code: 'person_archived' });
  });

  test('of permissions the stricter wins, but an anonymous person’s do not count', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com', 'bol::sp': true }));
    const ann = idOf(await room.merge({ [EMAIL]: 'ann@example.com' }));
    await room.merge({ 'bol::p': false, 'str::u-ctx': 'at the fair' }, { who: { personId: ann } });
    const visitor = idOf(await room.merge({ [ACI]: 'v', 'bol::p': false }, { who: { by: [ACI] } }));
    const other = idOf(await room.merge({ [EMAIL]: 'other@example.com' }));
    await unite(other, visitor);
    assert.equal((await room.fieldsOf(other))['bol::p'], true);
    await unite(anna, ann);
    const fields = await room.fieldsOf(anna);
    assert.deepEqual([fields['bol::p'], fields['str::u-ctx'], fields['bol::sp']], [false, 'at the fair', false]);
    assert.ok((await row(anna)).unsubscribed_at, 'with the moment he said so');
  });

  test('a bounce belongs to an address: it comes along with it, and not without', async () => {
    const bounced = { who: { by: [EMAIL] }, ours: true } as const;
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    const ann = idOf(await room.merge({ [EMAIL]: 'gone@example.com', 'bol::hb': true }, bounced));
    await unite(anna, ann);
    assert.equal((await room.fieldsOf(anna))['bol::hb'], undefined);
    const visitor = idOf(await room.merge({ 'str::ei': '9' }, { who: { by: ['str::ei'] } }));
    const dead = idOf(await room.merge({ [EMAIL]: 'dead@example.com', 'bol::hb': true }, bounced));
    await unite(visitor, dead);
    assert.equal((await room.fieldsOf(visitor))['bol::hb'], true);
  });

  test('an activity that both have under one key is one', async () => {
    const at = room.clock.now();
    const both = (email: string) =>
      room.merge({ [EMAIL]: email }, { activity: { id: 'act::o', attributes: {}, key: 'same', at } }).then(idOf);
    const [anna, ann] = [await both('anna@example.com'), await both('ann@example.com')];
    const merge = await unite(anna, ann);
    assert.deepEqual((await timeline(anna)).sort(), ['act::o', 'act::united']);
    await room.people.identity.separate(room.ws, { survivor: anna, mergeId: merge.mergeId, by: 'x' });
    assert.deepEqual((await timeline(ann)).sort(), ['act::o', 'act::separated'], 'and two again when they are two');
  });

  test('activities of two kinds that they have under one key stay two', async () => {
    const at = room.clock.now();
    const did = (email: string, id: string) =>
      room.merge({ [EMAIL]: email }, { activity: { id, attributes: {}, key: 'same', at } }).then(idOf);
    const [anna, ann] = [await did('anna@example.com', 'act::o'), await did('ann@example.com', 'act::c')];
    await unite(anna, ann);
    assert.deepEqual((await timeline(anna)).sort(), ['act::c', 'act::o', 'act::united']);
  });

  test('are told apart again: everything is as it was, and what came since stays with her', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }, { tags: ['A'], ...did('act::o') }));
    room.clock.advance(60_000);
    const ann = idOf(
      await room.merge(
        { [EMAIL]: 'ann@example.com', 'str::first': 'Ann', 'str::last': 'P' },
        {
          tags: ['B'],
          ...did('act::c'),
        },
      ),
    );
    await room.merge({ 'bol::p': false }, { who: { personId: ann } });
    const [wasAnna, wasAnn] = [await row(anna), await row(ann)];
    const merge = await unite(anna, ann);
    const { separableUntil } = merge;
    assert.equal(separableUntil.getTime() - merge.mergedAt.getTime(), 30 * DAY);
    const undone = await room.people.identity.separate(room.ws, { survivor: ann, mergeId: merge.mergeId, by: 'x' });
    assert.ok(undone.separatedAt);
    assert.deepEqual([await row(anna), await row(ann)], [wasAnna, wasAnn]);
    assert.deepEqual(await room.keys(), { [`${EMAIL} ann@example.com`]: ann, [`${EMAIL} anna@example.com`]: anna });
    assert.deepEqual((await timeline(anna)).sort(), ['act::o', 'act::separated', 'act::united']);
    assert.deepEqual((await timeline(ann)).sort(), ['act::c', 'act::separated', 'act::u-all']);
    assert.equal((await news('people.separated')).length, 1);

    const again = await unite(anna, ann);
    await room.merge(
      { 'str::first': 'Anja', 'str::ei': '5' },
      { who: { personId: ann }, tags: ['C'], ...did('act::s') },
    );
    await room.people.identity.separate(room.ws, { survivor: anna, mergeId: again.mergeId, by: 'x' });
    assert.deepEqual(await room.fieldsOf(anna), {
      'bol::p': true,
      'bol::sp': false,
      [EMAIL]: 'anna@example.com',
      'str::first': 'Anja',
      'str::ei': '5',
    });
    assert.equal((await room.fieldsOf(ann))['str::first'], 'Ann');
    assert.deepEqual([(await find(anna))?.tags, (await find(ann))?.tags], [['A', 'C'], ['B']]);
    assert.ok((await timeline(anna)).includes('act::s'));
    const merges = await room.people.identity.merges(room.t.db, room.ws, anna);
    assert.deepEqual(
      merges.map((m) => [m.mergeId, m.separatedAt !== null]),
      [
        [again.mergeId, true],
        [merge.mergeId, true],
      ],
    );
  });

  test('three in a row: every id leads to the last, the last merge is undone first, and each is whole again', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      ids.push(
        idOf(
          await room.merge(
            { [EMAIL]: `${name}@example.com`, [`str::${name === 'a' ? 'first' : 'last'}`]: name },
            did('act::o'),
          ),
        ),
      );
      room.clock.advance(2000);
    }
    const [a, b, c] = ids as [string, string, string];
    const was = await Promise.all(ids.map(row));
    const first = await unite(b, a);
    const second = await unite(c, b);
    assert.equal((await find(a))?.id, c);
    assert.equal((await timeline(a)).filter((id) => id === 'act::o').length, 3);
    const undo = (survivor: string, mergeId: string) =>
      room.people.identity.separate(room.ws, { survivor, mergeId, by: 'x' });
    await assert.rejects(undo(c, first.mergeId), { code: 'merge_buried' });
    await undo(c, second.mergeId);
    assert.equal((await find(a))?.id, b, 'she leads to whom she led before');
    assert.equal((await timeline(b)).filter((id) => id === 'act::o').length, 2);
    await undo(b, first.mergeId);
    assert.deepEqual(await Promise.all(ids.map(row)), was);
    assert.deepEqual((await timeline(a)).sort(), ['act::o', 'act::separated']);
    await assert.rejects(undo(b, first.mergeId), { code: 'merge_undone' });
  });

  test('two others in one: the older merge undone leaves what the other brought', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    const one = idOf(await room.merge({ [EMAIL]: '1@example.com', 'str::first': 'One' }, { tags: ['T', 'One'] }));
    const two = idOf(await room.merge({ [EMAIL]: '2@example.com', 'str::first': 'Two' }, { tags: ['T'] }));
    const first = await unite(anna, one);
    await unite(anna, two);
    await room.people.identity.separate(room.ws, { survivor: anna, mergeId: first.mergeId, by: 'x' });
    assert.equal((await room.fieldsOf(anna))['str::first'], 'Two');
    assert.deepEqual((await find(anna))?.tags, ['T']);
  });

  test('after thirty days they are one for good, and nothing is kept to tell them apart', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    const ann = idOf(await room.merge({ [EMAIL]: 'ann@example.com' }));
    const { mergeId } = await unite(anna, ann);
    room.clock.advance(30 * DAY + 1000);
    await assert.rejects(room.people.identity.separate(room.ws, { survivor: anna, mergeId, by: 'x' }), {
      code: 'merge_too_old',
    });
    await room.people.identity.purge();
    assert.equal((await room.t.db.query('select from person_merge_snapshot')).rowCount, 0);
    assert.equal((await room.people.identity.merges(room.t.db, room.ws, ann)).length, 1);
    assert.equal((await find(ann))?.id, anna);
  });

  test('nobody is united with themselves, with nobody, or with somebody of another workspace; asked again, it is the same merge', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
    const ann = idOf(await room.merge({ [EMAIL]: 'ann@example.com' }));
    assert.throws(() => unite(anna, anna), { code: 'same_person' });
    await assert.rejects(unite(anna, '12345'), { code: 'person_not_found', status: 404 });
    await assert.rejects(room.people.identity.unite(room.ws + 1, { people: [anna, ann], by: 'x' }), {
      code: 'person_not_found',
    });
    const merge = await unite(anna, ann);
    assert.equal((await unite(anna, ann)).mergeId, merge.mergeId);
    assert.equal((await unite(ann, anna)).mergeId, merge.mergeId);
    await assert.rejects(room.people.identity.separate(room.ws, { survivor: anna, mergeId: '1', by: 'x' }), {
      code: 'merge_not_found',
    });
    const ben = idOf(await room.merge({ [EMAIL]: 'ben@example.com' }));
    await assert.rejects(room.people.identity.separate(room.ws, { survivor: ben, mergeId: merge.mergeId, by: 'x' }), {
      code: 'merge_not_found',
    });
  });

  test('people who are forgotten leave nothing behind of who they were', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(idOf(await room.merge({ [EMAIL]: `${i}@example.com` })));
    await unite(ids[1]!, ids[0]!);
    await unite(ids[2]!, ids[1]!);
    const { db } = room.t;
    // By whatever id they were known.
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [ids[0]!] }, 'API');
    await room.people.lifecycle.change(room.ws, 'delete', { ids: [ids[1]!] }, 'API');
    const [told] = (await news('people.deleted')) as { ids: string[] }[];
    assert.deepEqual(told!.ids.sort(), ids.sort());
    for (const table of ['person_alias', 'person_merge', 'person_merge_snapshot', 'person']) {
      assert.equal((await db.query(`select from ${table}`)).rowCount, 0, table);
    }
  });

  test('he who becomes somebody else while two wait for him to be one is found as whom he has become', async () => {
    const ids: string[] = [];
    for (const name of ['anna', 'ann', 'ben']) ids.push(idOf(await room.merge({ [EMAIL]: `${name}@example.com` })));
    const [anna, ann, ben] = ids as [string, string, string];
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [ann] }, 'API');
    const { db } = room.t;
    const { merge } = await transaction(db, async (tx) => {
      await tx.query('select from person where id = $1 for update', [ann]);
      const merge = unite(anna, ann);
      merge.catch(() => undefined);
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until('they wait for him', async () => ((await db.query(waiting)).rowCount ?? 0) > 0);
      await tx.query('delete from person where id = $1', [ann]);
      await tx.query('insert into person_alias (workspace_id, old_id, person_id) values ($1, $2, $3)', [
        room.ws,
        ann,
        ben,
      ]);
      return { merge };
    });
    const { survivor, absorbed } = await merge;
    assert.deepEqual([survivor, absorbed], [anna, ben]);
  });

  test('she who is archived is found by nothing, and restored by all that found her before', async () => {
    const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com', [ACI]: 'desk' }));
    const ann = idOf(await room.merge({ [EMAIL]: 'ann@example.com', [ACI]: 'phone' }));
    const { mergeId } = await unite(anna, ann);
    const keys = await room.keys();
    assert.equal(Object.keys(keys).length, 4);
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [ann] }, 'API');
    assert.deepEqual(await room.keys(), {});
    await room.people.lifecycle.change(room.ws, 'restore', { ids: [anna] }, 'API');
    assert.deepEqual(await room.keys(), keys);
    await room.people.lifecycle.change(room.ws, 'archive', { ids: [anna] }, 'API');
    await room.people.identity.separate(room.ws, { survivor: anna, mergeId, by: 'x' });
    assert.deepEqual(Object.values(await room.keys()), [ann, ann], 'he is back, and she is archived still');
    assert.ok((await find(anna))?.archivedAt);
  });

  describe('many at once', () => {
    let processes: People[];
    before(async () => {
      processes = await Promise.all(Array.from({ length: 4 }, room.another));
    });

    test('two who absorb each other, and a chain from both ends, end as one whom every id finds', async () => {
      for (let round = 0; round < 10; round++) {
        const ids: string[] = [];
        for (let i = 0; i < 4; i++)
          ids.push(idOf(await room.merge({ [EMAIL]: `${round}.${i}@example.com` }, did('act::o'))));
        const pairs = [
          [0, 1],
          [1, 0],
          [2, 1],
          [3, 2],
          [0, 3],
          [2, 3],
        ] as const;
        await Promise.all(
          pairs.map(([one, two], i) =>
            processes[i % 4]!.identity.unite(room.ws, { people: [ids[one]!, ids[two]!], survivor: ids[one]!, by: 'x' }),
          ),
        );
        const people = await room.people.find(room.t.db, room.ws, ids);
        assert.deepEqual([people.size, new Set([...people.values()].map((p) => p.id)).size], [4, 1]);
        const [survivor] = [...people.values()];
        assert.equal((await timeline(survivor!.id)).filter((id) => id === 'act::o').length, 4);
      }
    });

    test('no activity is lost while people are united and separated, whoever records it and by whatever name', async () => {
      const anna = idOf(await room.merge({ [EMAIL]: 'anna@example.com' }));
      const ann = idOf(await room.merge({ [EMAIL]: 'ann@example.com' }));
      let recorded = 0;
      let going = true;
      const writers = processes.map(async (people, w) => {
        for (let i = 0; going || i < 20; i++) {
          const outcomes = await people.record(room.ws, [
            itemOf({}, { who: { personId: w % 2 ? anna : ann }, activity: { id: 'act::o', attributes: {} } }),
            itemOf({ [EMAIL]: w % 2 ? 'ann@example.com' : 'anna@example.com' }, did('act::o', `${w}.${i}`)),
          ]);
          for (const outcome of outcomes)
            assert.ok('activityId' in outcome && outcome.activityId, JSON.stringify(outcome));
          recorded += 2;
        }
      });
      const all = Promise.all(writers);
      all.catch(() => undefined);
      const other = (await room.another()).identity;
      for (let i = 0; i < 8; i++) {
        // Nobody changes their mind faster than records come in.
        const heard = recorded + 10;
        await until('records have come in', () => recorded > heard);
        const { mergeId } = await other.unite(room.ws, { people: [anna, ann], survivor: anna, by: 'x' });
        await other.separate(room.ws, { survivor: anna, mergeId, by: 'x' });
      }
      await other.unite(room.ws, { people: [anna, ann], survivor: anna, by: 'x' });
      going = false;
      await all;
      const { rows } = await room.t.db.query(
        `select person_id as id, count(*)::int as n from activity a join activity_definition d on d.id = a.definition_id
         where d.activity_id = 'act::o' group by 1`,
      );
      assert.deepEqual(rows, [{ id: anna, n: recorded }]);
      assert.deepEqual(await room.keys(), { [`${EMAIL} ann@example.com`]: anna, [`${EMAIL} anna@example.com`]: anna });
      assert.equal((await room.t.db.query('select from person')).rowCount, 1);
    });
  });
});
