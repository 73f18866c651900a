import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../../test/support/journey-world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const filter = (value: string) => ({ $and: [{ '$str::is': { field_id: 'str::first', value } }] });

for (const [path, body, at] of [
  ['audiences', { name: 'Half', filter: filter('a\ud800b') }, 'filter.$and.0.$str::is.value'],
  ['audiences', { name: 'a\0b', filter: filter('a') }, 'name'],
  ['exports/people.csv', { filter: filter('a\0b') }, 'filter.$and.0.$str::is.value'],
] as const) {
  test(`a text that the database can not hold is told by POST /api/${path} to be at ${at}`, async () => {
    const { status, json } = await world.call('POST', `/api/${path}`, body);
    const error = `Failed to parse request: ${at}: can not hold U+0000 or half a surrogate pair`;
    assert.deepEqual([status, json.code, json.error], [400, 400, error]);
  });
}
