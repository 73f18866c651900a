import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JourneyRow } from '../../src/journeys/index.ts';
import type { PeopleRecorded } from '../../src/people/index.ts';
import { transaction } from '../../src/platform/database/pool.ts';
import { reportOn } from '../../src/reports/index.ts';
import { heard } from '../support/heard.ts';
import { moves, openScene, passes, play, runsByDeal, timelineOf } from '../support/scene.ts';
import { DAY, openWorld, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const PEOPLE = 60;
const HOLD_OUT = 0.4;

let world: World;
let journey: JourneyRow;
before(async () => {
  world = await openWorld();
  journey = await world.push({ holdOut: HOLD_OUT });
});
after(() => world?.close());

const addressOf = (i: number): string => `leon${i}@example.com`;

test('who is held out gets nothing at all, and counts in the report; the two groups are told apart', async () => {
  const { kommo, tributary, db } = world;
  const statusId = kommo.stage('Qualification').statusId;
  const deals = Array.from({ length: PEOPLE }, (_, i) =>
    kommo.addLead({ name: `Deal ${i}`, contact: { first_name: 'Leon', email: addressOf(i) }, statusId }),
  );
  await world.quiet();
  const { rows } = await db.query<{ deal: string; held: boolean }>(
    'select entry_key as deal, held_out as held from run',
  );
  const held = deals.map((deal) => rows.find((row) => row.deal === String(deal.id))!.held);
  const heldOut = held.filter(Boolean).length;
  assert.equal(rows.length, PEOPLE);
  assert.ok(heldOut > PEOPLE * 0.2 && heldOut < PEOPLE * 0.6, `${heldOut} of ${PEOPLE} are held out`);

  // Everybody's first mail would lead to a second, and the third person in a row books a meeting.
  const meets = held.map((_, i) => i).filter((i) => i % 3 === 0);
  const booked = await world.api('/v1/activities/create', {
    activities: meets.map((i) => ({ activity_id: 'act:cm:meeting-booked', fields: { 'str::email': addressOf(i) } })),
    merge_by: ['str::email'],
  });
  assert.equal(booked.status, 200);
  await world.quiet();
  await world.pass(2 * DAY);
  await world.pass(3 * DAY);

  for (const [i, isHeld] of held.entries()) {
    assert.equal((await world.mailsTo(addressOf(i))).length, isHeld ? 0 : 3, addressOf(i));
    const told = (await timelineOf(world, addressOf(i))).map(({ activityId }) => activityId);
    for (const sign of ['act::ej', 'act::s', 'act::sk', 'act::lj']) {
      assert.equal(told.includes(sign), !isHeld && sign !== 'act::sk', `${sign} of ${addressOf(i)}`);
    }
    if (isHeld) assert.deepEqual(kommo.notes(deals[i]!.id), []);
  }

  const { treated, heldOut: out, lift, messages, inside } = await reportOn(db, tributary, journey.id);
  const met = (whom: boolean): number => meets.filter((i) => held[i] === whom).length;
  assert.deepEqual([treated.entered, treated.goals], [PEOPLE - heldOut, met(false)]);
  assert.deepEqual([out.entered, out.goals], [heldOut, met(true)]);
  assert.equal(inside, 0);
  assert.equal(messages.sent, 3 * (PEOPLE - heldOut));
  const expected = met(false) / (PEOPLE - heldOut) - met(true) / heldOut;
  assert.ok(Math.abs(lift!.value - expected) < 1e-9 && lift!.low < expected && lift!.high > expected);
});

test('a goal that is reached after the ninety days no longer counts', async () => {
  const { kommo, tributary, db } = world;
  await world.push({ holdOut: 0 });
  const before = await reportOn(db, tributary, journey.id);
  const scene = await openScene(world);
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['ninety-one days pass', passes({ days: 91 }), {}],
  ]);
  const activities = [{ activity_id: 'act:cm:meeting-booked', fields: { 'str::email': scene.email } }];
  await world.api('/v1/activities/create', { activities });
  await world.quiet();
  const now = await reportOn(db, tributary, journey.id);
  assert.equal(now.treated.entered, before.treated.entered + 1);
  assert.equal(now.treated.goals, before.treated.goals);
  assert.equal(kommo.tasks(scene.deal.id).length, 0);
});

test('the same news, heard again and by twenty at once, starts no second run and sends no second mail', async () => {
  const { tributary, db } = world;
  await world.push({ holdOut: 0 });
  const scene = await openScene(world);
  await play(scene, [['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }]]);
  const moved = (await timelineOf(world, scene.email)).findLast(
    ({ activityId }) => activityId === 'act:cm:crm-stage-changed',
  )!;
  const news: PeopleRecorded = {
    workspaceId: tributary.workspace.id,
    activities: [
      { id: moved.id, personId: moved.personId, activityId: moved.activityId, at: moved.occurredAt.toISOString() },
    ],
    changed: [],
  };
  const hearings = Array.from({ length: 20 }, () =>
    transaction(db, async (tx) => {
      await heard(tx, tributary.journeys.hear, [news, news]);
      await tributary.connectors.hearRecorded(tx, [news, news]);
    }),
  );
  await Promise.all(hearings);
  await world.quiet();
  assert.equal((await runsByDeal(world)).get(scene.deal.id), 1);
  // Also once she is no longer inside, when no run of hers is in the way.
  await play(scene, [['the deal is lost', moves('Closed - lost'), { mails: [FIRST], runs: ['left: exit rule'] }]]);
  await Promise.all([1, 2, 3].map(() => transaction(db, (tx) => heard(tx, tributary.journeys.hear, [news]))));
  await play(scene, [['a day passes', passes({ days: 1 }), { mails: [FIRST], runs: ['left: exit rule'] }]]);
});
