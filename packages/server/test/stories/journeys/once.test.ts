import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../support/journey-world.ts';

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
