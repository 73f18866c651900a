import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ActivityInput, Fields, IntakeItem } from '@tributary/model';
import { idOf, itemOf, openRoom, type Room } from './test/support.ts';

const DAY = 24 * 3_600_000;
const anna = { 'str::email': 'anna@example.com' };

describe('what is refused changes nothing', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
    await room.people.addDefinitions(room.ws, [{ activityId: 'act:cm:visit', name: 'visit', touch: true }]);
  });
  after(() => room.close());
  beforeEach(() => room.t.db.query('delete from identity; delete from activity; delete from news; delete from person'));

  const visit = (activity: Partial<ActivityInput> = {}): IntakeItem =>
    itemOf(anna, { activity: { id: 'act:cm:visit', attributes: {}, ...activity } });
  const attributes = (n: number): Fields =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`str:cm:a${i}`, 'x'] as const));
  const ago = (ms: number): Date => new Date(room.clock.now().getTime() - ms);
  /** What was wrong with it, or nothing; and then nothing of it is there. */
  const problem = async (item: IntakeItem): Promise<string | undefined> => {
    const [outcome] = await room.people.record(room.ws, [item]);
    if (!('error' in outcome!)) return undefined;
    assert.equal(outcome.status, 'invalid');
    const { rows } = await room.t.db.query(
      'select (select count(*) from person) + (select count(*) from identity) + (select count(*) from activity) + (select count(*) from news) as n',
    );
    assert.equal(rows[0].n, '0');
    return outcome.error;
  };

  test('an activity nobody has defined', async () => {
    assert.equal(
      await problem(visit({ id: 'act:cm:unknown' })),
      'act:cm:unknown: Object not found (create the activity definition first)',
    );
    await room.people.addDefinitions(room.ws, [{ activityId: 'act:cm:unknown', name: 'unknown', touch: false }]);
    assert.equal(await problem(visit({ id: 'act:cm:unknown' })), undefined);
  });

  test('fifteen attributes are enough', async () => {
    assert.equal(await problem(visit({ attributes: attributes(15) })), undefined);
    await room.t.db.query('delete from identity; delete from activity; delete from news; delete from person');
    assert.equal(await problem(visit({ attributes: attributes(16) })), 'act:cm:visit: more than 15 attributes');
  });

  test('so are 16,000 bytes, whatever the alphabet', async () => {
    const text = (letter: string, length: number): Fields =>
      Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`txt:cm:a${i}`, letter.repeat(length)] as const));
    const tooLarge = 'act:cm:visit: larger than 16000 bytes';
    assert.equal(await problem(visit({ attributes: text('x', 4000) })), tooLarge);
    assert.equal(await problem(visit({ attributes: text('ж', 2000) })), tooLarge);
    assert.equal(await problem(visit({ attributes: text('x', 3950) })), undefined);
  });

  test('ninety days back, and not a minute more; not in the future, but for clocks that differ', async () => {
    assert.equal(
      await problem(visit({ at: ago(90 * DAY + 60_000) })),
      'act:cm:visit: created lies more than 90 days back',
    );
    assert.equal(await problem(visit({ at: ago(-6 * 60_000) })), 'act:cm:visit: created lies in the future');
    assert.equal(
      await problem(visit({ at: new Date(Number.NaN) })),
      'act:cm:visit: created is not an RFC 3339 time such as "2025-10-15T14:30:00Z"',
    );
    assert.equal(await problem(visit({ at: ago(90 * DAY - 60_000) })), undefined);
    assert.equal(await problem(visit({ at: ago(-4 * 60_000) })), undefined);
  });

  test('attributes that are not called as attributes are, or hold what their type can not', async () => {
    const of = (given: Fields) => problem(visit({ attributes: given }));
    assert.equal(await of({ stage: 'x' }), 'act:cm:visit: "stage" is not an attribute id such as str:cm:name');
    assert.equal(
      await of({ 'str:cm:\0': 'x' }),
      'act:cm:visit: "str:cm:\0" is not an attribute id such as str:cm:name',
    );
    assert.equal(
      await of({ 'int:cm:n': '5' }),
      'act:cm:visit: attribute int:cm:n: expected an integer (decimals and currency are ×1000)',
    );
    assert.equal(await of({ 'tme:cm:due': '2025-02-30T10:00:00Z' }), 'act:cm:visit: attribute tme:cm:due: no such day');
  });

  test('attributes are kept in the spelling that fields are kept in', async () => {
    const given = {
      'tme:cm:due': '2026-10-15T16:30:00+02:00',
      'phn:cm:called': { phone: '351912345678' },
      'phn:cm:nobody': { c: '999', n: '1' },
    };
    const [outcome] = await room.people.record(room.ws, [visit({ attributes: given })]);
    const [activity] = await room.people.timeline(room.t.db, room.ws, idOf(outcome), 1);
    assert.deepEqual(activity!.attributes, {
      'tme:cm:due': '2026-10-15T14:30:00Z',
      'phn:cm:called': { c: '351', n: '912345678' },
      'phn:cm:nobody': { c: '999', n: '1' },
    });
  });

  test('fields that are not there, are the server’s own, or hold what their type can not', async () => {
    const of = (given: Fields) => problem(itemOf({ ...anna, ...given }));
    const notFound = (id: string) => `failed to validate field ${id} in schema: ${id}: Object not found`;
    assert.equal(await of({ 'str:cm:nope': 'x' }), notFound('str:cm:nope'));
    assert.equal(await of({ l: '2026-01-01T00:00:00Z' }), notFound('l'));
    assert.equal(await of({ 'str::lb': 'Firefox' }), notFound('str::lb'));
    assert.equal(await of({ 'bol::p': 'yes' }), 'failed to validate field bol::p: expected true or false');
    assert.equal(
      await of({ 'str::email': 'anna at example' }),
      'failed to validate field str::email: "anna at example" is not an e-mail address',
    );
    assert.equal(await problem(itemOf(anna, { clear: ['str:cm:nope'] })), notFound('str:cm:nope'));
  });

  test('texts that no database can hold', async () => {
    const half = 'a fox cut in two \ud83e';
    const never = /can not hold U\+0000/;
    for (const text of ['a\0b', half]) {
      assert.match((await problem(itemOf({ ...anna, 'str::first': text })))!, never);
      assert.match((await problem(itemOf(anna, { tags: ['VIP', text] })))!, never);
      assert.match((await problem(itemOf(anna, { unsetTags: [text] })))!, never);
      assert.match((await problem(visit({ key: text })))!, never);
      assert.match((await problem(visit({ attributes: { 'obj:cm:o': { a: [{ [text]: 1 }] } } })))!, never);
    }
  });

  test('and what is fine beside it is recorded', async () => {
    const outcomes = await room.people.record(room.ws, [
      visit({ id: 'act:cm:never' }),
      visit(),
      itemOf({ 'str::email': 'x' }),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['invalid', 'created', 'invalid'],
    );
    const timeline = await room.people.timeline(room.t.db, room.ws, idOf(outcomes[1]), 10);
    assert.deepEqual(
      timeline.map((activity) => activity.activityId),
      ['act:cm:visit'],
    );
  });
});

describe('an activity of long ago', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());

  test('is kept in its month, made for it, and moves "first seen" but not "last seen"', async () => {
    const { t, people, ws, clock } = room;
    // Where nobody has made the months before: as on a server that was off for long.
    clock.advance(-200 * DAY);
    const visit = (at: Date) => itemOf(anna, { activity: { id: 'act::o', attributes: {}, at } });
    const [now, before] = [clock.now(), new Date(clock.now().getTime() - 80 * DAY)];
    const outcomes = await people.record(ws, [visit(now), visit(before)]);
    const id = idOf(outcomes[0]);
    const timeline = await people.timeline(t.db, ws, id, 10);
    assert.deepEqual(
      timeline.map((activity) => activity.occurredAt),
      [now, before],
    );
    const { rows } = await t.db.query('select first_seen_at as first, last_seen_at as last from person where id = $1', [
      id,
    ]);
    assert.deepEqual(rows, [{ first: before, last: now }]);
    const months = await t.db.query<{ month: string }>(
      `select tableoid::regclass::text as month from activity order by occurred_at`,
    );
    const monthOf = (at: Date): string => `activity_${at.toISOString().slice(0, 7).replace('-', '_')}`;
    assert.deepEqual(
      months.rows.map((row) => row.month),
      [monthOf(before), monthOf(now)],
    );
  });
});
