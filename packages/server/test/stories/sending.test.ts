import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { publicId } from '@tributary/model';
import { createKey } from '../../src/access/index.ts';
import { moves, openScene, opens, passes, play } from '../support/scene.ts';
import { HOUR, openWorld, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';

let world: World;
before(async () => {
  world = await openWorld({ capped: true });
});
after(() => world?.close());

test('who opens the first mail an hour later gets the second not before sixteen have passed; her page says why', async () => {
  const scene = await openScene(world);
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['an hour later she opens it', passes({ ms: HOUR }), { mails: [FIRST] }],
    ['which ends the wait', opens(FIRST), { mails: [FIRST], runs: ['three-days'], skipped: [] }],
  ]);
  const { tributary, db } = world;
  const id = (await tributary.people.findByEmail(db, tributary.workspace.id, scene.email))!;
  const [waiting] = await tributary.messages.listOfPerson(db, tributary.workspace.id, id, 1);
  assert.deepEqual([waiting?.state, waiting?.waitsFor], ['queued', 'cap']);
  const { key } = await createKey(db, tributary.workspace, 'Pages', world.clock.now());
  const authorization = `Basic ${Buffer.from(`:${key}`).toString('base64')}`;
  const page = await fetch(`${tributary.url}/people/${publicId(id)}`, { headers: { authorization } });
  const text = await page.text();
  assert.equal(page.status, 200);
  assert.match(text, /the cap is reached: 1 e-mail per person in 16 hours/);
  const places = ['three-days', 'asked for the e-mail', 'Started journey', 'CRM stage changed'].map((what) =>
    text.lastIndexOf(what),
  );
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
    'newest first, also of one moment',
  );
  assert.ok(places[0]! > 0);
  const journey = (await tributary.journeys.list(db, tributary.workspace.id))[0]!;
  const counts = await tributary.messages.countsByJourney(db, journey.id);
  assert.deepEqual([counts.sent, counts.waiting, counts.held], [1, 1, 1]);
  await play(scene, [
    ['fourteen hours pass', passes({ ms: 14 * HOUR }), { mails: [FIRST] }],
    ['and two more', passes({ ms: 2 * HOUR }), { mails: [FIRST, CASE], skipped: [] }],
  ]);
});
