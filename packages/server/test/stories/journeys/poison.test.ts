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

test('a first step of which the database does not take what comes of it parks that run alone, however its person came in', async () => {
  const notice = { kind: 'notice', to: ['team@example.com'], subject: 'Call {{ people.first-name }}', text: 'Please' };
  const shapes = { call: { ...notice, next: 'end' }, end: { kind: 'exit' } };
  await world.push({ name: 'By news', entry: { activity: 'act:cm:called' }, start: 'call', shapes });
  const byHand = await world.push({ name: 'By hand', entry: { kind: 'direct' }, start: 'call', shapes });
  const enrolled = await world.push({ name: 'Enrolled', entry: { kind: 'direct' }, start: 'call', shapes });
  const adds = { kind: 'journey', do: 'add', journey: 'By a step', next: 'end' };
  await world.push({ name: 'By a step', entry: { kind: 'direct' }, start: 'call', shapes });
  await world.push({
    name: 'Passes on',
    entry: { kind: 'tag', tag: 'Passed on' },
    start: 'adds',
    shapes: { adds, end: { kind: 'exit' } },
  });
  await world.db.query(`alter table move add constraint no_toxin check (did not like '%Toxic%')`);
  const people = ['Toxic', 'Berta'].map((name) => ({
    fields: { 'str::email': `${name.toLowerCase()}@example.com`, 'str::first': name },
    tags: ['Passed on'],
  }));
  const merged = await world.call('POST', '/v1/person/merge', { people, merge_by: ['str::email'] });
  const ids = merged.json.people.map((person: { person_id: string }) => person.person_id);
  const activities = people.map(({ fields }) => ({ activity_id: 'act:cm:called', fields }));
  await world.call('POST', '/v1/activities/create', { activities, merge_by: ['str::email'] });
  const triggered = await world.call('POST', `/v1/journeys/${byHand}/trigger`, { people });
  assert.deepEqual(
    triggered.json.people.map((one: { status: string }) => one.status),
    ['entered', 'entered'],
  );
  assert.equal((await world.call('POST', `/api/journeys/${enrolled}/enrol`, { people: ids })).status, 202);
  await world.quiet();

  const parked = /^not begun \(parked: .*no_toxin/;
  const poisoned = await world.runsOf('toxic@example.com');
  assert.equal(poisoned.filter((run) => parked.test(run)).length, 4, poisoned.join());
  assert.deepEqual(await world.runsOf('berta@example.com'), Array(5).fill('left: completed'));
  const { rows } = await world.db.query('select name, error from news where attempts > 0');
  assert.deepEqual(rows, []);
  await world.db.query('alter table move drop constraint no_toxin');
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

test('somebody over whose data our own code stumbles parks their runs alone; everybody else’s go on', async () => {
  const greet = { kind: 'update', set: { 'str::last': 'Greeted' }, next: 'end' };
  const shapes = { pause: { kind: 'delay', for: { minutes: 1 }, next: 'greet' }, greet, end: { kind: 'exit' } };
  const direct = { entry: { kind: 'direct' }, shapes };
  const later = await world.push({ name: 'Greets later', start: 'pause', ...direct });
  const once = { greet, end: shapes.end };
  const first = await world.push({ name: 'Greets at once', start: 'greet', ...direct, shapes: once });
  const people = ['broken', 'clara', 'dora'].map((name) => ({ fields: { 'str::email': `${name}@example.com` } }));
  const triggered = await world.call('POST', `/v1/journeys/${later}/trigger`, { people });
  const ids = triggered.json.people.map((person: { person_id: string }) => person.person_id);
  const { rows } = await world.db.query<{ id: string; fields: unknown }>(
    `update person p set fields = 'null' from person was
     where was.id = p.id and p.fields ->> 'str::email' = 'broken@example.com' returning p.id, was.fields`,
  );
  const [broken] = rows;
  assert.equal((await world.call('POST', `/api/journeys/${first}/enrol`, { people: ids })).status, 202);
  await world.pass(2 * MINUTE);
  for (const name of ['clara', 'dora'])
    assert.deepEqual(await world.runsOf(`${name}@example.com`), ['left: completed', 'left: completed']);
  const stands = (await world.runsOf('broken@example.com')).map((run) => run.replace(/: .*/, ''));
  assert.deepEqual(stands, ['pause (parked', 'not begun (parked']);

  await world.db.query('update person set fields = $2 where id = $1', [broken!.id, broken!.fields]);
  const parked = await world.db.query<{ id: string }>('select id from run where parked_error is not null');
  for (const { id } of parked.rows)
    assert.equal(await world.tributary.journeys.settleParked(world.ws, id, 'retry'), true);
  await world.quiet();
  assert.deepEqual(await world.runsOf('broken@example.com'), ['left: completed', 'left: completed']);
});
