import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../support/journey-world.ts';
import { MINUTE } from '../../support/world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world.close());

test('a run of which the database does not take what comes of it is parked; others go on, and so does it, once that is mended', async () => {
  const notice = { kind: 'notice', to: ['team@example.com'], subject: 'Call {{ people.first-name }}', text: 'Please' };
  const id = await world.push({
    name: 'Calls',
    entry: { kind: 'direct' },
    start: 'pause',
    shapes: {
      pause: { kind: 'delay', for: { minutes: 1 }, next: 'call' },
      call: { ...notice, next: 'end' },
      end: { kind: 'exit' },
    },
  });
  await world.db.query(`alter table move add constraint no_poison check (did not like '%Poison%')`);
  const people = ['Poison', 'Anna'].map((name) => ({
    fields: { 'str::email': `${name.toLowerCase()}@example.com`, 'str::first': name },
  }));
  assert.equal((await world.call('POST', `/v1/journeys/${id}/trigger`, { people })).status, 200);
  await world.pass(2 * MINUTE);
  assert.deepEqual(await world.runsOf('anna@example.com'), ['left: completed']);
  const [poisoned] = await world.runsOf('poison@example.com');
  assert.match(poisoned!, /^pause \(parked: .*no_poison/);
  assert.match((await world.movesOf('poison@example.com')).at(-1)!, /^pause: parked: .*no_poison/);

  await world.db.query('alter table move drop constraint no_poison');
  const { rows } = await world.db.query<{ id: string }>('select id from run where parked_error is not null');
  assert.equal(await world.tributary.journeys.settleParked(world.ws, rows[0]!.id, 'retry'), true);
  await world.quiet();
  assert.deepEqual(await world.runsOf('poison@example.com'), ['left: completed']);
});

test('what a text makes of somebody is written, whatever a filter has decoded or cut through', async () => {
  const subject = 'Call {{ people.first-name | url_decode }}, {{ people.last-name | split: "" | first }}';
  const id = await world.push({
    name: 'Decoded',
    entry: { kind: 'direct' },
    start: 'call',
    shapes: {
      call: { kind: 'notice', to: ['team@example.com'], subject, text: 'Please', next: 'end' },
      end: { kind: 'exit' },
    },
  });
  const fields = { 'str::email': 'odd@example.com', 'str::first': 'An%00na', 'str::last': '😀' };
  assert.equal((await world.call('POST', `/v1/journeys/${id}/trigger`, { people: [{ fields }] })).status, 200);
  await world.quiet();
  assert.deepEqual(await world.movesOf('odd@example.com'), [
    'call: asked for the note to the team “Call Anna, �”',
    'end: left: completed',
  ]);
  const sent = (await world.mailsTo('team@example.com')).map((mail) => mail.subject);
  assert.ok(sent.includes('Call Anna, �'), sent.join());
});
