import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { transaction } from '../../src/platform/database/pool.ts';
import { leave } from '../../src/platform/news.ts';
import { moves, openScene, opens, passes, type Scene, seenOf, timelineOf, unsubscribes } from '../support/scene.ts';
import { openWorld, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

const idOf = async ({ email }: Scene): Promise<string> => {
  const { people, workspace } = world.tributary;
  return (await people.findByEmail(world.db, workspace.id, email))!;
};
const identity = () => world.tributary.people.identity;
const does = async (scene: Scene, ...acts: readonly ((scene: Scene) => unknown)[]): Promise<void> => {
  for (const act of acts) await act(scene);
  await world.quiet();
};
const runsOf = async (personId: string): Promise<string[]> => {
  const { rows } = await world.db.query<{ at: string }>(
    `select coalesce('left: ' || left_reason, shape_id) as at from run where person_id = $1 order by entered_at, id`,
    [personId],
  );
  return rows.map((row) => row.at);
};
/** Two of them, who are one: the second survives. */
const two = async (): Promise<[Scene, Scene]> => [await openScene(world), await openScene(world)];
const unite = async (absorbed: Scene, survivor: Scene) => {
  const people = [await idOf(survivor), await idOf(absorbed)] as const;
  const merge = await identity().unite(world.tributary.workspace.id, { people, survivor: people[0], by: 'a story' });
  await world.quiet();
  return merge;
};
const separate = async ({ survivor, mergeId }: { survivor: string; mergeId: string }) => {
  await identity().separate(world.tributary.workspace.id, { survivor, mergeId, by: 'a story' });
  await world.quiet();
};

test('two who are one: both runs go on as hers, mail to his address counts for her, and what is sent next goes to hers', async () => {
  const [ann, anna] = await two();
  await does(ann, moves('Qualification'));
  await does(anna, moves('Qualification'));
  await does(anna, passes({ days: 1 }));
  const merge = await unite(ann, anna);
  assert.deepEqual(await runsOf(merge.survivor), ['until-opened', 'until-opened'], 'each deal has its own');
  assert.deepEqual(await runsOf(merge.absorbed), []);

  await does(ann, opens(FIRST));
  assert.deepEqual(await runsOf(merge.survivor), ['three-days', 'until-opened'], 'the one of the mail that was opened');
  assert.deepEqual((await seenOf(anna)).mails, [FIRST, CASE], 'the case study of his deal is sent to her');
  assert.deepEqual((await seenOf(ann)).mails, [FIRST]);
  assert.deepEqual(
    (await seenOf(ann)).notes,
    [`Opened the e-mail “${FIRST}”`],
    'and the note stands on the deal it is about',
  );

  await does(ann, moves('Proposal sent'));
  assert.deepEqual(await runsOf(merge.survivor), ['left: exit rule', 'until-opened'], 'Kommo knows him by his address');
  await does(ann, unsubscribes(FIRST));
  await does(anna, passes({ days: 2 }));
  assert.deepEqual((await seenOf(anna)).skipped, ['the person has unsubscribed from e-mail']);
  const kinds = (await timelineOf(world, anna.email)).map(({ activityId }) => activityId);
  for (const kind of ['act::ej', 'act::united', 'act::o', 'act::u-all']) assert.ok(kinds.includes(kind), kind);
  const messages = await world.tributary.messages.listOfPerson(
    world.db,
    world.tributary.workspace.id,
    merge.survivor,
    9,
  );
  assert.equal(messages.length, 4, 'two first mails, the case study, and the one that was skipped');
});

test('told apart again, each has their own runs and messages; what has begun since stays with her', async () => {
  const [ann, anna] = await two();
  await does(ann, moves('Qualification'));
  const merge = await unite(ann, anna);
  await does(anna, moves('Qualification'));
  assert.equal((await runsOf(merge.survivor)).length, 2);
  await separate(merge);
  assert.deepEqual([await runsOf(merge.absorbed), await runsOf(merge.survivor)], [['until-opened'], ['until-opened']]);
  await does(ann, opens(FIRST));
  assert.deepEqual([await runsOf(merge.absorbed), await runsOf(merge.survivor)], [['three-days'], ['until-opened']]);
  assert.deepEqual((await seenOf(ann)).mails, [FIRST, CASE]);
  assert.deepEqual((await seenOf(anna)).mails, [FIRST]);
  const { listOfPerson } = world.tributary.messages;
  assert.equal((await listOfPerson(world.db, world.tributary.workspace.id, merge.absorbed, 9)).length, 2);
});

test('inside one journey twice, the run that went further stays, and the other says why it ends', async () => {
  await world.push({
    name: 'Once a person',
    entry: {
      activity: 'act:cm:crm-stage-changed',
      filter: { '$str::is': { field_id: 'str:cm:stage', value: 'Negotiation' } },
    },
    exits: [],
  });
  const [ann, anna] = await two();
  await does(ann, moves('Negotiation'));
  await does(ann, passes({ days: 1 }), opens(FIRST));
  await does(anna, moves('Negotiation'));
  assert.deepEqual([(await seenOf(ann)).runs, (await seenOf(anna)).runs], [['three-days'], ['until-opened']]);
  const merge = await unite(ann, anna);
  const reason = 'one person with another, whose run went further';
  assert.deepEqual(await runsOf(merge.survivor), ['three-days', `left: ${reason}`]);
  const left = (await timelineOf(world, anna.email)).find(({ activityId }) => activityId === 'act::lj');
  assert.equal(left?.attributes['str::pr'], reason);
  await separate(merge);
  assert.deepEqual([await runsOf(merge.absorbed), await runsOf(merge.survivor)], [['three-days'], [`left: ${reason}`]]);
});

test('whoever is united while their mail is opened loses nothing: the open is heard as hers', async () => {
  const [ann, anna] = await two();
  await does(ann, moves('Qualification'));
  const people = [await idOf(anna), await idOf(ann)] as const;
  const { id } = world.tributary.workspace;
  await Promise.all([opens(FIRST)(ann), identity().unite(id, { people, survivor: people[0], by: 'a story' })]);
  await world.quiet();
  assert.deepEqual(await runsOf(people[0]), ['three-days']);
  assert.deepEqual(await runsOf(people[1]), []);
  assert.equal((await timelineOf(world, anna.email)).filter(({ activityId }) => activityId === 'act::o').length, 1);
});

test('news of what he did that is heard when he is she already starts the run as hers', async () => {
  const [ann, anna] = await two();
  const { journeys, workspace, people } = world.tributary;
  await journeys.turn(workspace.id, 'Once a person', 'off');
  await does(ann, moves('Negotiation'));
  const absorbed = await idOf(ann);
  const moved = (await timelineOf(world, ann.email)).findLast((a) => a.activityId === 'act:cm:crm-stage-changed')!;
  const merge = await unite(ann, anna);
  await journeys.turn(workspace.id, 'Once a person', 'on');
  const at = moved.occurredAt.toISOString();
  const told = { id: moved.id, personId: absorbed, activityId: moved.activityId, at };
  assert.equal(
    (await transaction(world.db, (tx) => people.activities(tx, workspace.id, [told])))[0]?.personId,
    merge.survivor,
  );
  await transaction(world.db, async (tx) =>
    leave(tx, world.clock.now(), 'people.recorded', { workspaceId: workspace.id, activities: [told], changed: [] }),
  );
  await world.quiet();
  assert.deepEqual([await runsOf(merge.survivor), await runsOf(absorbed)], [['until-opened'], []]);
});
