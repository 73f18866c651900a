import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';

const by = 'somebody';
const which = { name: 'Welcome' };
let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

test('a journey that people enter by a filter goes on to let them in, whatever is done to it', async () => {
  const { manage } = world.tributary.journeys;
  const filter = { '$str::is': { field_id: 'str::first', value: 'Anna' } };
  await world.push(welcome({ entry: { kind: 'filter', filter } }));
  let people = 0;
  const enters = async (): Promise<string[]> => {
    const email = `p${++people}@example.com`;
    await world.call('POST', '/v1/person/merge', {
      people: [{ fields: { 'str::email': email, 'str::first': 'Anna' } }],
      merge_by: ['str::email'],
    });
    await world.quiet();
    return world.runsOf(email);
  };
  assert.deepEqual(await enters(), ['pause']);
  await manage.switchShape(world.ws, which, { shape: 'later', to: 'off', by });
  assert.deepEqual(await enters(), ['pause'], 'a shape was switched off');
  const { journey } = await manage.draft(world.ws, which);
  const draft = welcome({ entry: { kind: 'filter', filter }, description: 'Another' });
  await manage.saveDraft(world.ws, which, { draft, edit: journey.draftEdit, by });
  await manage.publish(world.ws, which, { edit: undefined, inside: 'move', mapping: {}, by });
  assert.deepEqual(await enters(), ['pause'], 'another version was published');
  await manage.changeState(world.ws, which, 'pause', { by });
  assert.deepEqual(await enters(), [], 'it is paused');
  await manage.changeState(world.ws, which, 'resume', { by });
  await world.quiet();
  assert.deepEqual(await enters(), ['pause'], 'it was resumed');
  await manage.rename(world.ws, which, { name: 'Hello', by });
  assert.deepEqual(await enters(), ['pause'], 'it has another name');
});
