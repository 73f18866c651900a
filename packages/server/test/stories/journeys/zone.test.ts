import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../support/journey-world.ts';

const HOUR = 3_600_000;

describe('by whose clock', () => {
  let world: JourneyWorld;
  before(async () => {
    // 8:00 in London, midnight in Los Angeles.
    world = await openJourneyWorld({ beginning: new Date('2026-03-02T08:00:00Z') });
    await world.tributary.messages.changeDefaults(world.ws, { timezone: 'America/Los_Angeles' });
    await world.push({
      name: 'Office hours',
      entry: { kind: 'activity', activity: 'act:cm:signed-up' },
      start: 'pause',
      shapes: {
        pause: { kind: 'delay', within: { from: '09:00', to: '17:00' }, next: 'note' },
        note: { kind: 'update', set: { 'str::first': '{{ "now" | date: "%H" }}' }, next: 'hello' },
        hello: { kind: 'email', template: 'Hello', sending: { hours: { from: '09:00', to: '17:00' } }, next: 'end' },
        end: { kind: 'exit' },
      },
    });
  });
  after(() => world.close());

  const firstName = async (email: string) => {
    const { rows } = await world.db.query(
      `select fields->>'str::first' as name from person where fields->>'str::email' = $1`,
      [email],
    );
    return rows[0]?.name;
  };

  test('who has no time zone is written to in the workspace’s hours, by delays, rules and texts alike', async () => {
    await world.does('nozone@example.com', 'signed-up');
    await world.quiet();
    await world.pass(8.9 * HOUR);
    assert.deepEqual(await world.subjectsTo('nozone@example.com'), []);
    assert.deepEqual(await world.runsOf('nozone@example.com'), ['pause']);
    await world.pass(0.2 * HOUR);
    assert.equal((await world.subjectsTo('nozone@example.com')).length, 1);
    assert.equal(await firstName('nozone@example.com'), '09');
  });

  test('who has one, in theirs', async () => {
    const berlin = { fields: { 'str::email': 'berlin@example.com', 'str::lt': 'Europe/Berlin' } };
    await world.tributary.people.record(world.ws, [
      { who: { by: ['str::email'] }, fields: berlin.fields, source: 'API', ours: true },
    ]);
    // 17:06 in London, 18:06 in Berlin.
    await world.does('berlin@example.com', 'signed-up');
    await world.quiet();
    await world.pass(14.8 * HOUR);
    assert.deepEqual(await world.runsOf('berlin@example.com'), ['pause']);
    await world.pass(0.2 * HOUR);
    assert.equal((await world.subjectsTo('berlin@example.com')).length, 1);
    assert.equal(await firstName('berlin@example.com'), '09');
  });

  test('a simulation and an explanation go by the same', async () => {
    const { json } = await world.call('POST', '/api/journeys/simulate', {
      journey: 'Office hours',
      person: { fields: { 'str::email': 'made-up@example.com' } },
      start: '2026-03-04T08:00:00Z',
      days: 2,
    });
    const moves = json.paths[0].path.filter(({ shape }: { shape: string }) => shape === 'pause');
    assert.match(JSON.stringify(moves), /2026-03-04T17:00:00/);
  });

  test('who waits in a zone that becomes another, the workspace’s or their own, waits by the new one', async () => {
    // The evening of a Tuesday in Los Angeles, as in Chicago, where office hours begin two hours sooner.
    world.clock.advance(Math.max(0, Date.parse('2026-03-04T04:00:00Z') - world.clock.now().getTime()));
    await world.quiet();
    for (const email of ['moved@example.com', 'moves@example.com']) await world.does(email, 'signed-up');
    await world.tributary.messages.changeDefaults(world.ws, { timezone: 'America/Chicago' });
    await world.quiet();
    const own = { 'str::email': 'moves@example.com', 'str::lt': 'Asia/Tokyo' };
    await world.tributary.people.record(world.ws, [
      { who: { by: ['str::email'] }, fields: own, source: 'API', ours: true },
    ]);
    await world.quiet();
    assert.equal((await world.subjectsTo('moves@example.com')).length, 1, 'it is one in the afternoon in Tokyo');
    await world.pass(10.9 * HOUR);
    assert.deepEqual(await world.runsOf('moved@example.com'), ['pause']);
    await world.pass(0.2 * HOUR);
    assert.equal(
      (await world.subjectsTo('moved@example.com')).length,
      1,
      'it is nine in Chicago, and seven in Los Angeles',
    );
  });
});
