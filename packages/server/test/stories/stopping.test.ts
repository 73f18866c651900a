import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { moves, openScene, opens, passes, play, seenOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';
const SLOW_MS = 1500;

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

test('told to stop while Kommo is slow, it ends with the requests in hand, and the rest is done after the next start', async () => {
  const { kommo } = world;
  const anna = await openScene(world);
  await play(anna, [
    ['her deal moves to Qualification', moves('Qualification'), {}],
    ['she opens the first mail', opens(FIRST), { mails: [FIRST, CASE] }],
    ['almost three days pass', passes({ days: 2.99 }), { tasks: [] }],
  ]);
  const other = await openScene(world);
  kommo.faults.set({ delayMs: SLOW_MS });
  kommo.clearLogs();
  const read = kommo.webhookDeliveries().length;
  await opens(CASE)(anna);
  moves('Qualification')(other);
  await until('Kommo has told, and is asked', () => kommo.webhookDeliveries().length > read);
  await until('a request was answered, and others follow', () => kommo.requests().length > 0);
  const began = new Date();
  let ms = 0;
  await world.away(() => {
    ms = Date.now() - began.getTime();
    const later = kommo.requests().filter(({ at }) => at.getTime() > began.getTime() + 100);
    assert.deepEqual(later, [], 'requests that were begun after it was told to stop');
    kommo.faults.clear();
  });
  assert.ok(ms < 2 * SLOW_MS, `it took ${ms} ms to stop`);
  const [counts] = await world.tributary.connectors.counts(world.db);
  assert.deepEqual([counts!.state, counts!.note], ['on', null], 'that we stopped is no trouble of Kommo’s');

  await world.quiet({ pausesPass: true });
  const { notes, emailActivity } = await seenOf(anna);
  assert.deepEqual(notes, [`Opened the e-mail “${FIRST}”`, `Opened the e-mail “${CASE}”`]);
  assert.equal(emailActivity, `Opened “${CASE}”`);
  assert.deepEqual((await seenOf(other)).mails, [FIRST]);
});
