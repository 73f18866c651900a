import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createKey } from '../../../src/access/index.ts';
import { reportOn } from '../../../src/reports/index.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY } from '../../support/world.ts';

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const PEOPLE = 24;
const bought = { '$act::has_occurred': { field_id: 'act:cm:bought' } };

async function pageOf(name: string): Promise<string> {
  const { rows } = await world.db.query<{ id: number }>('select id from journey where name = $1', [name]);
  const { key } = await createKey(world.db, world.tributary.workspace, 'Looks', world.clock.now());
  const authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
  const page = await fetch(`${world.tributary.url}/journeys/${rows[0]!.id}`, { headers: { authorization } });
  return page.text();
}

test('who is held out and comes again is compared as one, as whoever is inside for so long', async () => {
  await world.push(welcome({ holdOut: 0.5, exits: [], goal: { name: 'Bought', when: bought } }));
  const emails = Array.from({ length: PEOPLE }, (_, i) => `compared-${i}@example.com`);
  for (let day = 0; day < 2; day++) {
    for (const email of emails) await world.does(email, 'signed-up');
    await world.pass(DAY);
  }
  for (const email of emails.filter((_, i) => i % 3 === 0)) await world.does(email, 'bought');
  const { rows } = await world.db.query<{ journey: number; held: boolean; people: number; reached: number }>(
    `select journey_id as journey, held_out as held, count(distinct person_id)::int as people,
            (count(distinct person_id) filter (where goal_at is not null))::int as reached
     from run group by 1, 2 order by held_out`,
  );
  const [own, out] = rows;
  const { treated, heldOut } = await reportOn(world.db, world.tributary, own!.journey);
  assert.equal(treated.people + heldOut.people, PEOPLE);
  assert.deepEqual([treated.entered, heldOut.entered], [own!.people, 2 * out!.people]);
  assert.deepEqual([treated.people, treated.reached], [own!.people, own!.reached]);
  assert.deepEqual([heldOut.people, heldOut.reached], [out!.people, out!.reached]);
  assert.equal(heldOut.conversion!.value, out!.reached / out!.people);
});

test('whom a step of the journey holds out is compared with those who went on from it, by what both did since', async () => {
  const shapes = {
    hello: { kind: 'email', template: 'Hello', next: 'pause' },
    pause: { kind: 'delay', for: { days: 1 }, next: 'apart' },
    apart: { kind: 'hold-out', title: 'Half of them', share: 50, next: 'later' },
    later: { kind: 'email', template: 'Later', next: 'rest' },
    rest: { kind: 'delay', for: { days: 5 }, next: 'end' },
    end: { kind: 'exit' },
  };
  const exits = [{ '$act::has_occurred': { field_id: 'act:cm:called' } }];
  await world.push(welcome({ name: 'Apart', exits, goal: { name: 'Bought', when: bought }, shapes }));
  const emails = Array.from({ length: PEOPLE }, (_, i) => `apart-${i}@example.com`);
  for (const email of emails) await world.does(email, 'signed-up');
  // Six have bought, and three have gone, before they come there.
  for (const email of emails.slice(0, 6)) await world.does(email, 'bought');
  for (const email of emails.slice(6, 9)) await world.does(email, 'called');
  await world.pass(DAY);
  const since = emails.slice(9).filter((_, i) => i % 3 === 0);
  for (const email of since) await world.does(email, 'bought');
  const { rows } = await world.db.query<{ journey: number; email: string; held: boolean }>(
    `select j.id as journey, p.fields ->> 'str::email' as email, r.held_out as held
     from run r join journey j on j.id = r.journey_id join person p on p.id = r.person_id where j.name = 'Apart'`,
  );
  const came = rows.filter(({ email }) => emails.indexOf(email) >= 9);
  const figures = (held: boolean): [number, number] => {
    const own = came.filter((row) => row.held === held);
    return [own.length, own.filter(({ email }) => since.includes(email)).length];
  };
  assert.ok(figures(true)[0] > 2 && figures(false)[0] > 2);

  const { treated, heldOut, atSteps } = await reportOn(world.db, world.tributary, rows[0]!.journey);
  assert.deepEqual([treated.people, treated.reached], [PEOPLE, 6 + since.length], 'nobody was held out of all of it');
  assert.deepEqual([heldOut.entered, heldOut.people], [0, 0]);
  const [step] = atSteps;
  assert.equal(atSteps.length, 1);
  assert.equal(step!.shapeId, 'apart');
  assert.deepEqual([step!.treated.people, step!.treated.reached], figures(false));
  assert.deepEqual([step!.heldOut.people, step!.heldOut.reached], figures(true));
  const [went, out] = [figures(false), figures(true)];
  assert.ok(Math.abs(step!.lift!.value - (went[1] / went[0] - out[1] / out[0])) < 1e-9);
  const text = await pageOf('Apart');
  assert.match(text, /Half of them/);
  assert.match(text, /whether what follows it helps|What follows it (helps|harms)/);
});

test('a step that counts as the goal is no comparison with those who never come to it', async () => {
  const shapes = { hello: { kind: 'goal', name: 'Came here', next: 'end' }, end: { kind: 'exit' } };
  const steps = welcome({ name: 'Steps', entry: { activity: 'act:cm:called' }, holdOut: 0.5, exits: [], shapes });
  await world.push(steps);
  for (let i = 0; i < PEOPLE; i++) await world.does(`steps-${i}@example.com`, 'called');
  const text = await pageOf('Steps');
  assert.match(text, /the two groups can not be compared/);
  assert.doesNotMatch(text, /The journey helps/);
  const { json } = await world.call('POST', '/api/journeys/check', { definition: steps });
  const said = json.warnings.find(({ at }: { at: string }) => at === 'shapes.hello');
  assert.match(said?.problem ?? '', /who is held out never comes to this goal/);
});
