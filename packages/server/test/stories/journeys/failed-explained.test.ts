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
  const exits = [{ '$act::has_occurred': { field_id: 'act:cm:bought', count: { at_least: 9 } } }];
  await world.push(welcome({ exits, shapes: { hello, end: { kind: 'exit' } } }));
  await world.does('anna@example.com', 'signed-up');
  await world.pass(MINUTE);
  const stands = async (): Promise<string> => {
    const { json } = await world.call('GET', '/api/people/anna@example.com/explain?journey=Welcome');
    return json.journeys[0].runs[0].standing.words.replace(/\d{4}-\d\d-\d\d \d\d/g, 'THEN');
  };
  assert.equal(await stands(), 'stands at “hello”: tries again at THEN:15 UTC: there is no audience "Nobody"');
  // What she does meanwhile makes the engine look, and is no reason to tell it again.
  await world.does('anna@example.com', 'bought');
  await world.pass(15 * MINUTE);
  assert.equal(await stands(), 'stands at “hello”: tries again at THEN:46 UTC: there is no audience "Nobody"');
  const waits = 'asked for the e-mail “Hello”';
  assert.deepEqual(await world.movesOf('anna@example.com'), [
    `hello: ${waits}, and waits to hear how it went`,
    'hello: tries again at 2026-03-02 08:15 UTC: there is no audience "Nobody"',
    `hello: ${waits}, once more`,
    'hello: tries again at 2026-03-02 08:46 UTC: there is no audience "Nobody"',
  ]);
});

test('a simulation says that what a connector is asked for would fail where it is not connected', async () => {
  const asks = { kind: 'action', connector: 'kommo', action: 'note', input: { text: 'Hi' }, onFailure: 'exit' };
  const shapes = { asks: { ...asks, next: 'end' }, end: { kind: 'exit' } };
  await world.push({ name: 'Asks', entry: { kind: 'direct' }, start: 'asks', shapes });
  const { json } = await world.call('POST', '/api/journeys/simulate', { journey: 'Asks', person: { fields: {} } });
  assert.match(json.notes.join(), /^kommo is not connected: its steps would fail, and are played as if they went well/);
  const people = [{ fields: { 'str::email': 'asks@example.com' } }];
  await world.call('POST', '/v1/journeys/Asks/trigger', { people });
  await world.quiet();
  assert.deepEqual(await world.runsOf('asks@example.com'), ['left: a step failed: kommo is not connected']);
});

test('a simulation says that a connector refuses what a text comes to for this person', async () => {
  const input = { field: 'Use case', value: '{{ people.last-name }}' };
  const asks = { kind: 'action', connector: 'kommo', action: 'field', input, onFailure: 'exit', next: 'end' };
  const journey = { name: 'Fills', entry: { kind: 'direct' }, start: 'asks', shapes: { asks, end: { kind: 'exit' } } };
  const ends = async (fields: object) => {
    const { json } = await world.call('POST', '/api/journeys/simulate', { journey, person: { fields } });
    return json.paths[0].end.reason;
  };
  assert.equal(await ends({ 'str::last': 'Petrova' }), 'completed');
  assert.match(await ends({}), /^a step failed: value: /);
});
