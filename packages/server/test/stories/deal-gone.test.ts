import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { addDeal, moves, openScene, opens, passes, play, type Scene, seenOf, timelineOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, SECOND, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());
afterEach(() => world.kommo.faults.clear());

const isDeleted = ({ deal }: Scene): void => world.kommo.deleteLead(deal.id);
const isRestored = ({ deal }: Scene) => world.kommo.restoreLead(deal.id);

async function fieldsOf({ email }: Scene) {
  const { db, tributary } = world;
  const id = await tributary.people.findByEmail(db, tributary.workspace.id, email);
  return (await tributary.people.find(db, tributary.workspace.id, [id!])).get(id!)!.fields;
}

const outbox = async ({ deal }: Scene) =>
  (
    await world.db.query<{ kind: string; state: string; reference: string | null }>(
      'select kind, state, reference from connector_outbox where target = $1 order by id',
      [`lead:${deal.id}`],
    )
  ).rows;

test('the follow-up of a deal that is deleted ends, and its person has no deal any more', async () => {
  const anna = await openScene(world);
  await play(anna, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], runs: ['until-opened'] }],
    ['it is deleted in Kommo', isDeleted, { runs: ['left: exit rule'] }],
    ['weeks pass', passes({ days: 30 }), { mails: [FIRST] }],
  ]);
  const told = (await timelineOf(world, anna.email)).find(({ activityId }) => activityId === 'act:cm:crm-deal-deleted');
  assert.deepEqual(
    [told?.attributes['str:cm:lead-id'], told?.attributes['str:cm:stage']],
    [String(anna.deal.id), 'Qualification'],
  );
  assert.equal((await fieldsOf(anna))['str:cm:kommo-lead-id'], undefined);
  await play(anna, [['it is restored', isRestored, { mails: [FIRST], runs: ['left: exit rule'] }]]);
  assert.deepEqual(
    [(await fieldsOf(anna))['str:cm:kommo-lead-id'], (await fieldsOf(anna))['str:cm:kommo-stage']],
    [String(anna.deal.id), 'Qualification'],
  );
});

test('the follow-up of another deal of hers goes on, and she shows that deal', async () => {
  const anna = await openScene(world);
  addDeal('second')(anna);
  world.kommo.setMainContact(anna.deals.second!.id, anna.deal.contacts[0]!.id);
  await world.quiet();
  await play(anna, [
    ['the second deal moves to Qualification', moves('Qualification', 'second'), { runs: ['until-opened'] }],
    ['the first is deleted', isDeleted, { runs: ['until-opened'] }],
  ]);
  assert.equal((await fieldsOf(anna))['str:cm:kommo-lead-id'], String(anna.deals.second!.id));
});

test('what is to be written to a deal that is deleted is closed with the reason, and is no failure to look into', async () => {
  const anna = await openScene(world);
  await play(anna, [['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }]]);
  await play(anna, [['it is deleted', isDeleted, {}]]);
  await opens(FIRST)(anna);
  await until('the note and the field are closed', async () => {
    const rows = await outbox(anna);
    return rows.length === 2 && rows.every(({ state }) => state === 'done');
  });
  const reference = `the deal ${anna.deal.id} was deleted in Kommo`;
  assert.deepEqual(await outbox(anna), [
    { kind: 'note', state: 'done', reference },
    { kind: 'field', state: 'done', reference },
  ]);
  assert.deepEqual((await seenOf(anna)).notes, []);
  assert.equal((await world.tributary.connectors.counts(world.db))[0]!.failed, 0);
});

test('a deletion whose webhook was lost is noticed when the time to look has come', async () => {
  const anna = await openScene(world);
  await play(anna, [['her deal moves to Qualification', moves('Qualification'), { runs: ['until-opened'] }]]);
  world.kommo.faults.set({ dropNext: 1 });
  isDeleted(anna);
  await world.kommo.settled();
  world.clock.advance(11 * 60 * SECOND);
  await until('her run has ended', async () => (await seenOf(anna)).runs[0] === 'left: exit rule');
});

test('a deal that has another contact ends the follow-up of the one before', async () => {
  const anna = await openScene(world);
  await play(anna, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], runs: ['until-opened'] }],
    [
      'a colleague of hers becomes its contact',
      ({ deal, email }) => {
        const { id } = world.kommo.addContact({ first_name: 'Boris', email: `colleague-of-${email}` });
        world.clock.advance(30 * SECOND);
        world.kommo.setMainContact(deal.id, id);
      },
      { runs: ['left: exit rule'] },
    ],
    ['weeks pass', passes({ days: 30 }), { mails: [FIRST] }],
  ]);
});
