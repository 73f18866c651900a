import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { silent, type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { ensureWorkspace } from '../access/index.ts';
import { movableClock } from '../platform/clock.ts';
import { transaction } from '../platform/database/pool.ts';
import { openPresence, type Presence } from '../platform/presence.ts';
import { createPeople, type People } from './index.ts';

describe('recording people', () => {
  let t: TestDatabase;
  let people: People;
  let presence: Presence;
  let ws: number;
  const clock = movableClock();

  before(async () => {
    t = await testDatabase();
    presence = await openPresence(t.connection, silent);
    people = createPeople({ db: t.db, clock, presence });
    ws = (await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed))).id;
    await people.addDefinitions(ws, [{ activityId: 'act:cm:demo-booked', name: 'demo-booked', touch: true }]);
    await people.addField(ws, { name: 'Brands', type: 'multi_select' });
    await people.addField(ws, { name: 'Kommo contact id', type: 'text' });
  });
  after(async () => {
    await presence.close();
    await t.close();
  });

  const merge = (fields: Record<string, never> | object, more: object = {}) =>
    people.record(ws, [{ who: { by: ['str::email'] }, fields: fields as never, source: 'API', ...more }]);
  const fieldsOf = async (id: string) => (await people.find(t.db, ws, [id])).get(id)!.fields;
  const idOf = (outcome: unknown) => (outcome as { personId: string }).personId;

  test('where all keys have to find one and the same, the second time they do, though one is another’s', async () => {
    await merge({ 'str::email': 'v2@example.com' });
    const both = { who: { by: ['str::email', 'str::ei'], find: 2 as const } };
    const asked = { 'str::email': 'V2@example.com', 'str::ei': 'V2' };
    const statuses: unknown[] = [];
    const ids = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const [outcome] = await merge(asked, both);
      statuses.push(outcome!.status);
      ids.add(idOf(outcome));
    }
    assert.deepEqual([statuses, ids.size], [['created', 'merged', 'merged'], 1]);
    const item = { ...both, fields: { ...asked, 'str::ei': 'V3' }, source: 'API' };
    const batch = await people.record(ws, [item, item]);
    assert.deepEqual(
      batch.map(({ status }) => status),
      ['created', 'merged'],
    );
    const unlike = await merge({ ...asked, 'str::email': 'unlike@example.com' }, both);
    assert.equal(unlike[0]!.status, 'created');
  });

  test('a person is made once and merged after, whatever the case of the address', async () => {
    const [first] = await merge({ 'str::email': 'Anna@Example.com', 'str::first': 'Anna' });
    const [second] = await merge({ 'str::email': 'anna@example.com', 'str::last': 'Petrova' });
    assert.equal((first as { status: string }).status, 'created');
    assert.deepEqual(second, { personId: idOf(first), status: 'merged' });
    assert.match(publicId(idOf(first)), /^00[0-9a-f]{22}$/);
    assert.deepEqual(await fieldsOf(idOf(first)), {
      'bol::p': true,
      'bol::sp': false,
      'str::email': 'anna@example.com',
      'str::first': 'Anna',
      'str::last': 'Petrova',
    });
  });

  test('strategy 1 fills only what is empty, 3 leaves the person alone, null clears under 2', async () => {
    const [made] = await merge({ 'str::email': 's@example.com', 'str::first': 'A', 'str::last': 'L' });
    const id = idOf(made);
    await merge({ 'str::email': 's@example.com', 'str::first': 'B', 'str::postal': '1' }, { strategy: 1 });
    assert.deepEqual([(await fieldsOf(id))['str::first'], (await fieldsOf(id))['str::postal']], ['A', '1']);
    await merge({ 'str::email': 's@example.com', 'str::first': 'C' }, { strategy: 3 });
    assert.equal((await fieldsOf(id))['str::first'], 'A');
    await merge({ 'str::email': 's@example.com', 'str::last': null }, { strategy: 2 });
    assert.equal('str::last' in (await fieldsOf(id)), false);
  });

  test('a multi-select grows, and is replaced only when cleared first', async () => {
    const [made] = await merge({ 'str::email': 'm@example.com', 'sst:cm:brands': ['a'] });
    await merge({ 'str::email': 'm@example.com', 'sst:cm:brands': ['b', 'a'] });
    assert.deepEqual((await fieldsOf(idOf(made)))['sst:cm:brands'], ['a', 'b']);
    await merge({ 'str::email': 'm@example.com', 'sst:cm:brands': ['c'] }, { clear: ['sst:cm:brands'] });
    assert.deepEqual((await fieldsOf(idOf(made)))['sst:cm:brands'], ['c']);
  });

  test('twenty clients that merge the same new address at once make one person', async () => {
    const clients = Array.from({ length: 20 }, () => createPeople({ db: t.db, clock }));
    const outcomes = await Promise.all(
      clients.map((client, i) =>
        client.record(ws, [
          {
            who: { by: ['str::email'] },
            fields: { 'str::email': 'same@example.com', 'str::ei': `${i}` },
            source: 'API',
          },
        ]),
      ),
    );
    const flat = outcomes.flat();
    assert.equal(new Set(flat.map(idOf)).size, 1);
    assert.equal(flat.filter((o) => o.status === 'created').length, 1);
  });

  test('one wrong item does not hold up the others, and changes nothing', async () => {
    const outcomes = await people.record(ws, [
      { who: { by: ['str::email'] }, fields: { 'str::email': 'ok@example.com' }, source: 'API' },
      { who: { by: ['str::email'] }, fields: { 'str::email': 'no@example.com', 'str::x': 'y' }, source: 'API' },
    ]);
    assert.equal(outcomes[0]!.status, 'created');
    assert.deepEqual(outcomes[1], {
      status: 'invalid',
      error: 'failed to validate field str::x in schema: str::x: Object not found',
    });
    assert.equal(await people.findByEmail(t.db, ws, 'no@example.com'), undefined);
  });

  test('the same key at the same moment is one activity, with one piece of news', async () => {
    await t.db.query('delete from news');
    const at = clock.now();
    const item = {
      who: { by: ['str::email'] },
      fields: { 'str::email': 'k@example.com' },
      activity: { id: 'act:cm:demo-booked', attributes: { 'int::v': 15300 }, at, key: 'order-1' },
      source: 'API',
    };
    const [first] = await people.record(ws, [item]);
    const [second] = await people.record(ws, [item]);
    assert.ok('activityId' in first! && first.activityId);
    assert.equal('duplicate' in second! && second.duplicate, true);
    const { rows } = await t.db.query('select payload from news');
    const told = rows.flatMap((row) => row.payload.activities);
    assert.equal(told.filter((a) => a.activityId === 'act:cm:demo-booked').length, 1);
    const timeline = await people.timeline(t.db, ws, idOf(first), 10);
    assert.deepEqual(
      timeline.map((a) => [a.activityId, a.attributes]),
      [['act:cm:demo-booked', { 'int::v': 15300 }]],
    );
  });

  test('one key at one moment is an activity of each kind: an order is placed and paid', async () => {
    await people.addDefinitions(ws, [{ activityId: 'act:cm:paid', name: 'paid', touch: true }]);
    const at = clock.now();
    const item = (id: string) => ({
      who: { by: ['str::email'] },
      fields: { 'str::email': 'order@example.com' },
      activity: { id, attributes: {}, at, key: 'order-2' },
      source: 'API',
    });
    const [placed] = await people.record(ws, [item('act:cm:demo-booked')]);
    const [paid] = await people.record(ws, [item('act:cm:paid')]);
    assert.ok('activityId' in paid! && paid.activityId && !paid.duplicate);
    const again = await people.record(ws, [item('act:cm:demo-booked'), item('act:cm:paid')]);
    assert.ok(again.every((outcome) => 'duplicate' in outcome && outcome.duplicate));
    const kinds = (await people.timeline(t.db, ws, idOf(placed), 10)).map((a) => a.activityId);
    assert.deepEqual(kinds.sort(), ['act:cm:demo-booked', 'act:cm:paid']);
  });

  test('a key that is said to be new and is not is found out, and all else is written once', async () => {
    await t.db.query('delete from news');
    const at = clock.now();
    const booked = (key: string, first: string) => ({
      who: { by: ['str::email'] },
      fields: { 'str::email': 'fresh@example.com', 'str::first': first },
      activity: { id: 'act:cm:demo-booked', attributes: {}, at, key },
      source: 'Kommo',
    });
    const recorded = async (...keys: string[]) => {
      let tries = 0;
      const outcomes = await transaction(t.db, (tx) => {
        tries += 1;
        return people.recordIn(
          tx,
          ws,
          keys.map((key) => booked(key, key)),
          { keysAreNew: true },
        );
      });
      return { tries, told: outcomes.map((outcome) => ('duplicate' in outcome ? 'before' : outcome.status)) };
    };
    assert.deepEqual(await recorded('1'), { tries: 1, told: ['created'] });
    assert.deepEqual(await recorded('2', '3'), { tries: 1, told: ['merged', 'merged'] });
    assert.deepEqual(await recorded('3', '4'), { tries: 2, told: ['before', 'merged'] });
    assert.deepEqual(await recorded('5', '5'), { tries: 2, told: ['merged', 'before'] });
    const id = (await people.findByEmail(t.db, ws, 'fresh@example.com'))!;
    assert.equal((await people.timeline(t.db, ws, id, 10)).length, 5);
    assert.equal((await fieldsOf(id))['str::first'], '5');
    const { rows } = await t.db.query('select payload from news');
    assert.equal(rows.flatMap((row) => row.payload.activities).length, 5);
  });

  test('giving up the e-mail permission is on the timeline, and is not repeated', async () => {
    const [made] = await merge({ 'str::email': 'u@example.com' });
    await merge({ 'str::email': 'u@example.com', 'bol::p': false, 'str::u-ctx': 'By phone' });
    await merge({ 'str::email': 'u@example.com', 'bol::p': false });
    const timeline = await people.timeline(t.db, ws, idOf(made), 10);
    assert.deepEqual(
      timeline.map((a) => [a.activityId, a.attributes]),
      [['act::u-all', { 'str::is': 'API', 'str::u-ctx': 'By phone' }]],
    );
  });

  test('tags are made once, added once and removed', async () => {
    const [made] = await merge({ 'str::email': 't@example.com' }, { tags: ['VIP', 'Trial'] });
    await merge({ 'str::email': 't@example.com' }, { tags: ['vip'], unsetTags: ['trial', 'never'] });
    assert.deepEqual((await people.find(t.db, ws, [idOf(made)])).get(idOf(made))!.tags, ['VIP']);
  });

  test('a custom field becomes a key that finds those who had it before', async () => {
    const [made] = await merge({ 'str::email': 'c@example.com', 'str:cm:kommo-contact-id': '77' });
    await people.ensureKeys(ws, ['str:cm:kommo-contact-id']);
    const [found] = await people.record(ws, [
      { who: { by: ['str:cm:kommo-contact-id'] }, fields: { 'str:cm:kommo-contact-id': '77' }, source: 'API' },
    ]);
    assert.equal(idOf(found), idOf(made));
  });

  test('items of one batch see what the items before them did', async () => {
    const item = (fields: object) => ({ who: { by: ['str::email'] }, fields: fields as never, source: 'API' });
    const outcomes = await people.record(ws, [
      item({ 'str::email': 'b@example.com', 'str::first': 'One' }),
      item({ 'str::email': 'B@example.com', 'str::first': 'Two' }),
    ]);
    assert.deepEqual(
      outcomes.map((o) => o.status),
      ['created', 'merged'],
    );
    assert.equal((await fieldsOf(idOf(outcomes[1])))['str::first'], 'Two');
  });
});
