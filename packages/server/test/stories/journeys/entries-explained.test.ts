import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Filter } from '@tributary/model';
import { publicAudienceId } from '../../../src/audiences/index.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { HOUR } from '../../support/world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const nobody = { '$str::is': { field_id: 'str::last', value: 'Nobody' } };
const named = (name: string) => ({ '$str::is': { field_id: 'str::first', value: name } });

async function merge(email: string, fields: object, more: object = {}): Promise<void> {
  const people = [{ fields: { 'str::email': email, ...fields }, ...more }];
  const { status } = await world.call('POST', '/v1/person/merge', { people, merge_by: ['str::email'] });
  assert.equal(status, 200);
  await world.quiet();
}

async function audience(name: string, filter: Filter): Promise<string> {
  const row = await world.tributary.audiences.create(world.ws, { name, filter, exitFilter: null });
  await world.quiet();
  return publicAudienceId(row);
}

const push = (name: string, entry: object): Promise<string> => world.push(welcome({ name, exits: [], entry }));

async function entering(email: string, journey: string) {
  const { json } = await world.call('GET', `/api/people/${email}/explain?journey=${encodeURIComponent(journey)}`);
  const { entry, lines } = json.journeys[0];
  return { ...entry, lines, whys: entry.occasions.map(({ why }: { why: string[] }) => why.join('; ')) };
}

describe('who has not entered', () => {
  test('by an audience is told of that audience alone, however many others she entered since', async () => {
    const fay = await audience('Fays', named('Fay'));
    for (let n = 0; n < 12; n++)
      await audience(`Other ${n}`, { '$str::is': { field_id: 'str::last', value: `F${n}` } });
    await push('By audience', { kind: 'audience', audience: fay, person: nobody });
    await merge('fay@example.com', { 'str::first': 'Fay' });
    for (let n = 0; n < 12; n++) {
      await world.pass(HOUR);
      await merge('fay@example.com', { 'str::last': `F${n}` });
    }
    const { by, whys, occasions, lines } = await entering('fay@example.com', 'By audience');
    assert.equal(by, 'they enter the audience “Fays”');
    assert.deepEqual(whys, ['entry.person does not hold, as the person is now']);
    assert.equal(occasions[0].attributes['idt::a'], fay);
    assert.doesNotMatch(lines.join('\n'), /idt::a is/);
  });

  test('by a tag is told of that tag alone, however it is written', async () => {
    await push('By tag', { kind: 'tag', tag: 'VIP', person: nobody });
    for (const tag of ['vip', 'Other']) await merge('tina@example.com', {}, { tags: [tag] });
    const { whys } = await entering('tina@example.com', 'By tag');
    assert.deepEqual(whys, ['entry.person does not hold, as the person is now']);
  });

  test('by a filter that held before is told so, and what lets those in', async () => {
    await merge('gil@example.com', { 'str::first': 'Gil' });
    await push('By filter', { kind: 'filter', filter: named('Gil') });
    await world.quiet();
    const { obstacles, lines } = await entering('gil@example.com', 'By filter');
    const before = 'it held already when the journey was published, or put on: `existing: true` lets those in';
    assert.deepEqual(obstacles, [before]);
    assert.ok(lines.includes(`what stands in the way now: ${before}`), lines.join('\n'));
    await merge('hal@example.com', { 'str::first': 'Hal' });
    assert.deepEqual((await entering('hal@example.com', 'By filter')).obstacles, ['entry.filter does not hold']);
  });
});

test('who was in it, and matches still, is told that the filter has to stop holding first', async () => {
  await push('Once more', { kind: 'filter', filter: named('Ida') });
  await merge('ida@example.com', { 'str::first': 'Ida' });
  assert.deepEqual((await entering('ida@example.com', 'Once more')).obstacles, ['is inside already']);
  await world.pass(72 * HOUR);
  assert.deepEqual(await world.runsOf('ida@example.com'), ['left: completed']);
  const { obstacles } = await entering('ida@example.com', 'Once more');
  assert.deepEqual(obstacles, ['it holds: people enter when it comes to hold, so it has to stop holding first']);
});

test('who is not of the audience that a schedule calls in is told so, by a simulation as well', async () => {
  const called = await audience('Called', named('Jon'));
  await push('By schedule', { kind: 'schedule', cron: '0 9 * * *', audience: called });
  for (const name of ['Jon', 'Kay']) await merge(`${name.toLowerCase()}@example.com`, { 'str::first': name });
  const { obstacles, lines } = await entering('kay@example.com', 'By schedule');
  assert.deepEqual(obstacles, ['entry.audience does not hold']);
  assert.deepEqual(lines.slice(1), [
    'people enter when the schedule “0 9 * * *” comes round (UTC)',
    'what stands in the way now: entry.audience does not hold',
    '  is in the audience “Called”: no, as the database has it now',
  ]);
  const jon = await entering('jon@example.com', 'By schedule');
  // It may have come round often: what there was is not known of each person.
  assert.deepEqual(jon.lines.slice(1), ['people enter when the schedule “0 9 * * *” comes round (UTC)']);
  const goes = async (person: string) => {
    const { json } = await world.call('POST', '/api/journeys/simulate', { journey: 'By schedule', person });
    return [json.entry.enters, json.entry.why];
  };
  assert.deepEqual(await goes('kay@example.com'), [false, ['entry.audience does not hold']]);
  assert.deepEqual(await goes('jon@example.com'), [true, []]);
});

test('a simulation, too, lets nobody in by a day that is not known of them', async () => {
  await world.call('POST', '/v1/person/custom-field/create', { name: 'Renewal', type: 'date' });
  const entry = { kind: 'date', field: 'dtz:cm:renewal', days: -60 };
  await push('By day', entry);
  await merge('lou@example.com', {});
  assert.deepEqual((await entering('lou@example.com', 'By day')).obstacles, ['entry.field does not hold']);
  const goes = async (person: unknown) => {
    const { json } = await world.call('POST', '/api/journeys/simulate', { journey: 'By day', person });
    return [json.entry.enters, json.entry.why];
  };
  const known = { fields: { 'dtz:cm:renewal': { year: 2026, month: 5, day: 1, timezone: 'UTC' } } };
  assert.deepEqual(await goes('lou@example.com'), [false, ['entry.field does not hold']]);
  assert.deepEqual(await goes(known), [true, []]);
});
