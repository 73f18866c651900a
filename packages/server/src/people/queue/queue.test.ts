import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { internalId } from '@tributary/model';
import { silent } from '../../../test/support/database.ts';
import { transaction } from '../../platform/database/pool.ts';
import { itemOf, openRoom, type Room } from '../test/support.ts';

const anna = { 'str::email': 'anna@example.com' };

describe('records that nobody waits for', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
    await room.people.addField(room.ws, { name: 'Seat', type: 'text' });
  });
  after(() => room.close());

  const waiting = () => room.people.queue.waiting(room.t.db);
  const fieldsOf = async (email: string) =>
    room.fieldsOf((await room.people.findByEmail(room.t.db, room.ws, email)) ?? '0');

  test('are on disk when they are answered, whoever records them', async () => {
    const answered = await room.people.queue.add(room.ws, [itemOf({ ...anna, 'str::first': 'Anna' })]);
    assert.deepEqual(answered, [{ status: 'queued' }]);
    assert.equal(await waiting(), 1);
    await (await room.another()).queue.turn(silent);
    assert.equal(await waiting(), 0);
    assert.equal((await fieldsOf('anna@example.com'))['str::first'], 'Anna');
  });

  test('are recorded in the order they came, by however many processes', async () => {
    const others = await Promise.all([room.another(), room.another()]);
    for (let i = 0; i < 60; i++)
      await room.people.queue.add(room.ws, [itemOf({ ...anna, 'str::last': `${i}`, 'str:cm:seat': `${i}` })]);
    while ((await waiting()) > 0) await Promise.all(others.map((other) => other.queue.turn(silent)));
    const { 'str::last': last, 'str:cm:seat': seat } = await fieldsOf('anna@example.com');
    assert.deepEqual([last, seat], ['59', '59']);
  });

  test('are recorded although the clock was set back meanwhile', async () => {
    await room.people.queue.add(room.ws, [itemOf({ ...anna, 'str::last': 'before' })]);
    await room.t.db.query(`update intake set not_before = not_before + interval '2 hours'`);
    await room.people.queue.turn(silent);
    assert.equal((await fieldsOf('anna@example.com'))['str::last'], 'before');
  });

  test('make keys of fields as others do', async () => {
    const by = { who: { by: ['str:cm:seat'] } };
    await room.people.queue.add(room.ws, [itemOf({ 'str:cm:seat': '59', 'str::first': 'By seat' }, by)]);
    await room.people.queue.turn(silent);
    assert.equal((await fieldsOf('anna@example.com'))['str::first'], 'By seat');
  });

  test('of somebody who is not there are told in the log by the id that was sent', async () => {
    const missing = '006b04c22500000000040000';
    for (const who of [{ personId: internalId(missing)! }, { by: ['str::email'], find: 0 as const }])
      await room.people.queue.add(room.ws, [
        itemOf({ 'str::email': 'nobody@example.com' }, { who, existingOnly: true }),
      ]);
    const told: unknown[] = [];
    const log = silent.child({});
    log.warn = (...said: unknown[]) => void told.push((said[0] as { who: unknown }).who);
    await room.people.queue.turn(log);
    assert.deepEqual(told, [{ person_id: missing }, { by: ['str::email'], find: 0 }]);
  });

  test('that the database refuses wait, and hold up nobody', async () => {
    // Of a workspace that is no more.
    await room.t.db.query('alter table intake drop constraint intake_workspace_id_fkey');
    await room.t.db.query(
      `insert into intake (workspace_id, items, received_at, not_before)
       values (-1, '[{"who": {"by": ["str::email"]}, "fields": {"str::email": "x@y"}, "source": "API"}]', $1, $1)`,
      [room.clock.now()],
    );
    await room.people.queue.add(room.ws, [itemOf({ 'str::email': 'ben@example.com' })]);
    await room.people.queue.turn(silent);
    assert.ok(await room.people.findByEmail(room.t.db, room.ws, 'ben@example.com'));
    const { rows } = await room.t.db.query('select attempts, error is not null as told from intake');
    assert.deepEqual(rows, [{ attempts: 1, told: true }]);
    await room.people.queue.turn(silent);
    assert.equal((await room.t.db.query('select attempts from intake')).rows[0].attempts, 1, 'not before its time');
    room.clock.advance(10_000);
    await room.people.queue.turn(silent);
    assert.equal((await room.t.db.query('select attempts from intake')).rows[0].attempts, 2);
    await room.t.db.query('delete from intake');
  });

  test('are not lost with a process that dies in the middle of them', async () => {
    await room.people.queue.add(room.ws, [itemOf({ 'str::email': 'cleo@example.com' })]);
    // As a process that has taken them and is killed before it commits.
    await transaction(room.t.db, async (tx) => {
      await tx.query('delete from intake');
      throw new Error('killed');
    }).catch(() => undefined);
    assert.equal(await waiting(), 1);
    await room.people.queue.turn(silent);
    assert.ok(await room.people.findByEmail(room.t.db, room.ws, 'cleo@example.com'));
  });
});
