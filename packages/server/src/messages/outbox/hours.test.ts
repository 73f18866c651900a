import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { MovableClock } from '../../platform/clock.ts';
import { eventually } from '../test/eventually.ts';
import { opened } from '../test/opened.ts';
import type { TestSmtp } from '../test/smtp-server.ts';
import { createWorld, type World } from '../test/world.ts';

const HOUR = 3_600_000;
const hours = { from: '09:00', to: '18:00' };

describe('the hours in which mail goes', () => {
  let world: World;
  let smtp: TestSmtp;
  const { smtpServer, sender, stopAll } = opened(() => world);
  beforeEach(async () => {
    world = await createWorld();
    smtp = await smtpServer();
  });
  afterEach(async () => {
    await stopAll();
    await world.close();
  });
  const sends = () => sender(smtp);
  const waiting = (person: string) =>
    eventually('it waits', async () => {
      const row = await world.message(person);
      return row.waitsFor === 'hours' && row;
    });
  /** Moves the clock to the next time it shows this in UTC. */
  const until = (clock: MovableClock, hour: number): void => {
    const now = clock.now();
    const next = new Date(now);
    next.setUTCHours(hour, 0, 0, 0);
    if (next <= now) next.setUTCDate(next.getUTCDate() + 1);
    clock.advance(next.getTime() - now.getTime());
  };

  test('are each person’s by their own clock; outside them a mail waits, and says why', async () => {
    until(world.clock, 20);
    const [tokyo, lima] = [
      await world.person({ 'str::email': 't@example.com', 'str::lt': 'Asia/Tokyo' }),
      await world.person({ 'str::email': 'l@example.com', 'str::lt': 'America/Lima' }),
    ];
    for (const person of [tokyo, lima]) await world.queue(person, { rules: { cap: 'none', hours } });
    await sends();
    // In Lima it is three in the afternoon.
    await world.message(lima, 'sent');
    const row = await waiting(tokyo);
    assert.equal(row.reason, 'it goes between 09:00 and 18:00 (Asia/Tokyo)');
    assert.equal(row.dueAt?.getUTCHours(), 0);
    assert.deepEqual([row.state, row.attempts, smtp.received.length], ['queued', 0, 1]);
    world.clock.advance(4 * HOUR);
    assert.equal((await world.message(tokyo, 'sent')).reason, null);
    assert.equal(smtp.received.length, 2);
  });

  test('of the workspace hold where a mail brings none, in its zone where the person’s is not known', async () => {
    await world.messages.changeDefaults(world.workspaceId, { hours, timezone: 'America/Lima', cap: 'none' });
    until(world.clock, 3);
    await sends();
    const person = await world.person({ 'str::email': 'n@example.com' });
    await world.queue(person, { rules: {} });
    assert.equal((await waiting(person)).dueAt?.getUTCHours(), 14);
    await world.messages.changeDefaults(world.workspaceId, { hours: 'none' });
    await world.message(person, 'sent');
  });

  test('a mail that waits for its turn waits for the hours, too, and is asked again about the rest', async () => {
    until(world.clock, 17);
    await sends();
    const person = await world.person({ 'str::email': 'b@example.com' });
    const rules = { hours: { ...hours, timezone: 'UTC' }, cap: { messages: 1, hours: 5 } };
    await world.queue(person, { rules });
    await world.message(person, 'sent');
    await world.queue(person, { rules });
    const row = await eventually('it waits', async () => {
      const message = await world.message(person);
      return message.waitsFor === 'cap' && message;
    });
    assert.equal(row.dueAt?.getUTCHours(), 9, 'not at ten in the evening');
    await world.people.record(world.workspaceId, [
      { who: { personId: person }, fields: { 'bol::p': false }, source: 'test' },
    ]);
    until(world.clock, 9);
    assert.equal((await world.message(person, 'skipped')).reason, 'the person has unsubscribed from e-mail');
  });
});
