import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../support/journey-world.ts';
import { DAY, HOUR } from '../../support/world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world.close());

test('a mail that was not sent is none that somebody has had: “once” is still to come, and comes once', async () => {
  const id = await world.push({
    name: 'Once',
    entry: { kind: 'direct', again: 'any-time' },
    start: 'hello',
    shapes: { hello: { kind: 'email', template: 'Hello', perPerson: 'once', next: 'end' }, end: { kind: 'exit' } },
  });
  const got: number[] = [];
  for (const permitted of [false, true, true]) {
    const fields = { 'str::email': 'una@example.com', 'bol::p': permitted };
    const { status } = await world.call('POST', `/v1/journeys/${id}/trigger`, { people: [{ fields }] });
    assert.equal(status, 200);
    await world.quiet();
    got.push((await world.mailsTo('una@example.com')).length);
  }
  assert.deepEqual(got, [0, 1, 1]);
});

test('a mail that waited for its turn counts from when it was sent, and not from when it was asked for', async () => {
  const mail = { kind: 'email', perPerson: { every: { days: 30 } }, next: 'end' };
  const id = await world.push({
    name: 'Monthly',
    entry: { kind: 'direct', again: 'any-time' },
    start: 'first',
    shapes: {
      first: { kind: 'email', template: 'Hello', next: 'hour' },
      hour: { kind: 'delay', for: { hours: 1 }, next: 'news' },
      // Two within three weeks: it waits as long.
      news: { ...mail, template: 'Hello', sending: { cap: { messages: 1, hours: 21 * 24, waitDays: 60 } } },
      end: { kind: 'exit' },
    },
  });
  const fields = { 'str::email': 'mona@example.com', 'bol::p': true };
  const enters = async () => {
    await world.call('POST', `/v1/journeys/${id}/trigger`, { people: [{ fields }] });
    await world.quiet();
    await world.pass(2 * HOUR);
  };
  await enters();
  assert.equal((await world.mailsTo('mona@example.com')).length, 1);
  await world.pass(22 * DAY);
  assert.equal((await world.mailsTo('mona@example.com')).length, 2, 'after three weeks it goes');
  await world.pass(18 * DAY);
  await enters();
  const moves = await world.movesOf('mona@example.com');
  assert.match(moves.filter((did) => did.startsWith('news: ')).at(-1)!, /^news: passed over: had it on /);
});
