import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../support/journey-world.ts';
import { DAY } from '../../support/world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
  await world.push({
    name: 'Reminder',
    entry: { kind: 'activity', activity: 'act:cm:signed-up' },
    start: 'remind',
    shapes: {
      remind: { kind: 'email', template: 'Hello', next: 'wait' },
      wait: {
        kind: 'wait',
        until: { '$act::has_occurred': { field_id: 'act:cm:called' } },
        atMost: { days: 1 },
        next: 'end',
        timeout: 'again',
      },
      again: { kind: 'jump', to: 'remind', atMost: 2, next: 'end' },
      end: { kind: 'exit' },
    },
  });
});
after(() => world?.close());

const mails = async (who: string): Promise<number> => (await world.mailsTo(who)).length;

test('she is reminded each day until she does it', async () => {
  await world.does('rita@example.com', 'signed-up');
  await world.pass(DAY);
  assert.equal(await mails('rita@example.com'), 2);
  await world.does('rita@example.com', 'called');
  assert.deepEqual(await world.runsOf('rita@example.com'), ['left: completed']);
  await world.pass(DAY);
  assert.equal(await mails('rita@example.com'), 2);
});

test('who never does it is reminded so often, and no oftener', async () => {
  await world.does('rob@example.com', 'signed-up');
  for (let day = 0; day < 4; day++) await world.pass(DAY);
  assert.equal(await mails('rob@example.com'), 3);
  assert.deepEqual(await world.runsOf('rob@example.com'), ['left: completed']);
});
