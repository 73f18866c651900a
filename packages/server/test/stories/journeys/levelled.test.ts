import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const split = (...names: string[]) =>
  world.push(
    welcome({
      exits: [],
      start: 'split',
      shapes: {
        split: { kind: 'split', level: true, branches: names.map((name) => ({ name, share: 50, next: 'end' })) },
        end: { kind: 'exit' },
      },
    }),
  );
const goes = async (email: string): Promise<string | undefined> => {
  await world.does(email, 'signed-up');
  const took = (await world.movesOf(email)).flatMap((move) => /took “(.*)” by chance/.exec(move)?.[1] ?? []);
  return took.at(-1);
};

test('whose way a new version does not have gets one of its ways, for good, and is counted there', async () => {
  await split('Old', 'Older');
  assert.deepEqual([await goes('anna@example.com'), await goes('ben@example.com')], ['Old', 'Older']);
  await split('New', 'Newer');
  assert.equal(await goes('anna@example.com'), 'New');
  assert.equal(await goes('cleo@example.com'), 'Newer');
  assert.equal(await goes('ben@example.com'), 'New');
  assert.equal(await goes('anna@example.com'), 'New');
  assert.equal(await goes('dora@example.com'), 'Newer');
});
