import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { MINUTE } from '../../support/world.ts';

/** Clocks of others may be some minutes ahead of ours; what they tell of has happened all the same. */
describe('a journey that begins with something of a clock ahead of ours', () => {
  let world: JourneyWorld;
  before(async () => {
    world = await openJourneyWorld();
  });
  after(() => world?.close());

  async function signsUpAhead(email: string): Promise<void> {
    const created = new Date(world.clock.now().getTime() + 4 * MINUTE).toISOString();
    const activity = { activity_id: 'act:cm:signed-up', fields: { 'str::email': email, 'bol::p': true }, created };
    const { status } = await world.call('POST', '/v1/activities/create', {
      activities: [activity],
      merge_by: ['str::email'],
    });
    assert.equal(status, 200);
    await world.quiet();
  }

  test('hears how its first mail went', async () => {
    const shapes = {
      hello: { kind: 'email', template: 'Hello', onFailure: 'exit', next: 'end' },
      end: { kind: 'exit' },
    };
    await world.push(welcome({ shapes }));
    await signsUpAhead('anna@example.com');
    assert.deepEqual(await world.runsOf('anna@example.com'), ['left: completed']);
    assert.deepEqual(await world.subjectsTo('anna@example.com'), ['Hello']);
  });

  test('is left at once by who does what lets them go, and not by what began it', async () => {
    const exits = ['act:cm:bought', 'act:cm:signed-up'].map((id) => ({ '$act::has_occurred': { field_id: id } }));
    await world.push(welcome({ exits }));
    await signsUpAhead('ben@example.com');
    assert.deepEqual(await world.runsOf('ben@example.com'), ['pause']);
    await world.pass(MINUTE);
    await world.does('ben@example.com', 'bought');
    assert.deepEqual(await world.runsOf('ben@example.com'), ['left: exit rule 1']);
  });
});
