import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createKey } from '../../src/access/index.ts';
import { moves, openScene, opens, passes, play, runsOf } from '../support/scene.ts';
import { openWorld, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

/** A run that the engine can not move, as a defect would leave it. */
async function parkedRun() {
  const scene = await openScene(world);
  await play(scene, [['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }]]);
  const { rows } = await world.db.query<{ id: string }>(
    `update run set parked_error = 'a defect', due_at = null where id = (select max(id) from run) returning id`,
  );
  return { scene, id: rows[0]!.id };
}

test('a parked run is listed with its error; tried again, its person goes on', async () => {
  const { journeys, workspace } = world.tributary;
  const { scene, id } = await parkedRun();
  const [parked] = await journeys.parked(world.db, workspace.id, 10);
  assert.deepEqual([parked?.id, parked?.error, parked?.shapeId], [id, 'a defect', 'until-opened']);
  assert.equal(await journeys.settleParked(workspace.id, id, 'retry'), true);
  assert.equal(await journeys.settleParked(workspace.id, id, 'retry'), false, 'it is not parked any more');
  await play(scene, [['she opens the mail', opens(FIRST), { mails: [FIRST, CASE] }]]);
});

test('the first page says of a journey how many are parked, and leads to them; a connection has its name', async () => {
  const { url, workspace, journeys } = world.tributary;
  const { key } = await createKey(world.db, workspace, 'Looks', world.clock.now());
  const authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
  const home = async () => (await fetch(`${url}/`, { headers: { authorization } })).text();
  assert.doesNotMatch(await home(), /parked/);
  const { id } = await parkedRun();
  assert.match(await home(), /<a href="\/journeys\/\d+#people"><span class="badge bad">1 parked<\/span><\/a>/);
  assert.match(await home(), /<td>Kommo<\/td>/);
  await journeys.settleParked(workspace.id, id, 'end');
  assert.doesNotMatch(await home(), /parked/);
});

test('a parked run that is ended stays ended', async () => {
  const { journeys, workspace } = world.tributary;
  const { scene, id } = await parkedRun();
  assert.equal(await journeys.settleParked(workspace.id, id, 'end'), true);
  await play(scene, [
    ['she opens the mail', opens(FIRST), { mails: [FIRST] }],
    ['days pass', passes({ days: 4 }), { mails: [FIRST] }],
  ]);
  assert.deepEqual(await journeys.parked(world.db, workspace.id, 10), []);
  assert.deepEqual(await runsOf(world, scene.email), ['left: ended by the operator']);
});
