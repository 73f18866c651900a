import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { MINUTE } from '../../support/world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

test('who stands at a step that failed is told why, and when it is tried again', async () => {
  const hello = { kind: 'email', template: 'Hello', onFailure: 'retry', sending: { topic: 'Nobody' }, next: 'end' };
  await world.push(welcome({ shapes: { hello, end: { kind: 'exit' } } }));
  await world.does('anna@example.com', 'signed-up');
  await world.pass(MINUTE);
  const stands = async (): Promise<string> => {
    const { json } = await world.call('GET', '/api/people/anna@example.com/explain?journey=Welcome');
    return json.journeys[0].runs[0].standing.words.replace(/\d{4}-\d\d-\d\d \d\d/g, 'THEN');
  };
  assert.equal(await stands(), 'stands at “hello”: tries again at THEN:15 UTC: there is no audience "Nobody"');
  await world.pass(15 * MINUTE);
  assert.equal(await stands(), 'stands at “hello”: tries again at THEN:46 UTC: there is no audience "Nobody"');
});
