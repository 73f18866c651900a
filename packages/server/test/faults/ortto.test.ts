import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../../src/platform/database/pool.ts';
import { until } from '../support/until.ts';
import { type Installation, install } from './support/installation.ts';

const ROUNDS = 4;
const PEOPLE_A_ROUND = 40;

const action = (name: string, input: Record<string, unknown>, next: string) => ({
  ...{ kind: 'action', connector: 'ortto', action: name, input },
  next,
});
const journey = {
  name: 'Told',
  entry: { activity: 'act:cm:demo-booked' },
  start: 'merge',
  shapes: {
    merge: action('merge', { tags: 'Demo' }, 'first'),
    first: action('activity', { activity: 'act:cm:demo-told-of', 'str:cm:place': 'Lisbon' }, 'second'),
    second: action('activity', { activity: 'act:cm:demo-told-of', 'str:cm:place': 'Rome' }, 'end'),
    end: { kind: 'exit' },
  },
};

let folder: string;
/** The one whose journeys write, and the one that is Ortto to it. */
let first: Installation;
let second: Installation;
let firstKey: string;
let secondKey: string;
/** Where the first takes the webhooks of the second. */
let hook: string;

const call = async (url: string, key: string, path: string, body: object): Promise<number> => {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  return answer.status;
};

async function keyOf(one: Installation): Promise<string> {
  const { output } = await one.command('keys', 'create', '--name', 'Faults');
  return output.split('\n').at(-1)!;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-ortto-'));
  [first, second] = await Promise.all([install({}), install({})]);
  for (const one of [first, second]) one.start();
  for (const one of [first, second]) await one.ready();
  firstKey = await keyOf(first);
  secondKey = await keyOf(second);
  const define = '/v1/definitions/activity/create';
  assert.equal(await call(first.url, firstKey, define, { name: 'Demo booked' }), 200);
  assert.equal(await call(second.url, secondKey, define, { name: 'Demo told of' }), 200);

  const wrong = await first.command('ortto', 'connect', '--url', second.url, '--key', 'PRV-wrong');
  assert.deepEqual([wrong.code, /\(401\).*\(ortto_not_connected\)/.test(wrong.output)], [1, true], wrong.output);
  assert.equal((await first.command('ortto', 'connect', '--url', second.url)).code, 2);
  const connected = await first.command('ortto', 'connect', '--url', second.url, '--key', secondKey);
  assert.equal(connected.code, 0, connected.output);
  assert.match(connected.output, /^Connected to my-workspace \(account my-workspace\)\.\n {2}found {2}0 people$/m);
  hook = first.url + /\/hooks\/ortto\/\S+/.exec(connected.output)![0];
  const file = join(folder, 'playbook.json');
  await writeFile(file, JSON.stringify({ journey, templates: {} }));
  const pushed = await first.command('journeys', 'push', file);
  assert.equal(pushed.code, 0, pushed.output);
});

after(async () => {
  await first?.close();
  await second?.close();
  await rm(folder, { recursive: true, force: true });
});

test('whichever of two is killed while one writes to the other, each person and activity is there once', {
  timeout: 200_000,
}, async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const activities = Array.from({ length: PEOPLE_A_ROUND }, (_, i) => ({
      activity_id: 'act:cm:demo-booked',
      fields: { 'str::email': `r${round}p${i}@example.com`, 'str::first': `P${i}` },
    }));
    const asked = call(first.url, firstKey, '/v1/activities/create', { activities, merge_by: ['str::email'] });
    assert.equal(await asked, 200);
    await pause(Math.random() * 250);
    const killed = round % 3 === 2 ? first : second;
    await killed.killServer();
    await pause(Math.random() * 500);
    killed.start();
    await killed.ready();
  }
  const count = ROUNDS * PEOPLE_A_ROUND;
  const here = await first.database();
  await until('all has come to its end', () => isQuiet(here, count), {
    ...{ withinMs: 90_000, everyMs: 250 },
    told: async () => (await here.query('select state, error, count(*) from connector_outbox group by 1, 2')).rows,
  });

  const there = await second.database();
  const { rows } = await there.query<{ people: number; addresses: number; tagged: number; told: number; most: number }>(
    `select count(*)::int as people, count(distinct p.fields->>'str::email')::int as addresses,
            count(*) filter (where cardinality(p.tags) = 1)::int as tagged,
            sum(a.told)::int as told, max(a.told)::int as most
     from person p cross join lateral (
       select count(*) as told
       from activity a join activity_definition d on d.id = a.definition_id
       where a.person_id = p.id and d.activity_id = 'act:cm:demo-told-of') a`,
  );
  assert.deepEqual(rows[0], { people: count, addresses: count, tagged: count, told: 2 * count, most: 2 });
  const settled = await here.query<{ done: number; failed: number; uncertain: number }>(
    `select count(*) filter (where state = 'done')::int as done, count(*) filter (where state = 'failed')::int as failed,
            count(*) filter (where uncertain)::int as uncertain from connector_outbox`,
  );
  const { uncertain, ...states } = settled.rows[0]!;
  t.diagnostic(`${ROUNDS} kills, ${count} people, ${uncertain} writes were uncertain`);
  assert.deepEqual(states, { done: 3 * count, failed: 0 });
  assert.deepEqual([...first.surprises, ...second.surprises], []);

  const doctor = await first.command('doctor');
  assert.match(doctor.output, /ok {5}ortto \(my-workspace\): 0 webhooks to read, 0 writes to do/);
});

async function isQuiet(db: Db, runs: number): Promise<boolean> {
  const { rows } = await db.query<{ open: number; runs: number }>(
    `select ((select count(*) from news)
           + (select count(*) from connector_outbox where state in ('queued', 'writing'))
           + (select count(*) from run where left_at is null))::int as open,
            (select count(*)::int from run) as runs`,
  );
  return rows[0]!.open === 0 && rows[0]!.runs >= runs;
}

const CALLED = 30;

test('whichever is killed while Ortto calls, and calls again, each call is told once', {
  timeout: 200_000,
}, async () => {
  const people = Array.from({ length: CALLED }, (_, i) => ({ fields: { 'str::email': `called${i}@example.com` } }));
  const made = await fetch(`${second.url}/v1/person/merge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': secondKey },
    body: JSON.stringify({ people, merge_by: ['str::email'] }),
  });
  const ids = ((await made.json()) as { people: { person_id: string }[] }).people.map(({ person_id }) => person_id);
  for (let round = 0; round < ROUNDS; round++) {
    const calls = ids.flatMap((contact_id, i) => {
      const [id, run_id] = ['00', '10'].map(
        (kind) => `${kind}${(round * CALLED + i + 1).toString(16).padStart(20, '0')}00`,
      );
      const email = `called${i}@example.com`;
      const activity = { id, field_id: 'act::o', created: new Date().toISOString(), attr: { 'str::s': 'Hello' } };
      return [
        () => ({ activity, contact: { contact_id, email }, id, time: new Date().toISOString() }),
        () => ({ contact_id, email, run_id, shape_id: '1', webhook_id: '7', time: new Date().toISOString() }),
      ];
    });
    const delivered = Promise.all([...calls, ...calls].map(deliver));
    await pause(Math.random() * 250);
    const killed = round % 3 === 2 ? second : first;
    await killed.killServer();
    await pause(Math.random() * 500);
    killed.start();
    await killed.ready();
    await delivered;
  }
  const here = await first.database();
  await until('every call is read', async () => (await here.query('select from connector_inbox')).rowCount === 0, {
    ...{ withinMs: 90_000, everyMs: 250 },
    told: async () => (await here.query('select error, count(*) from connector_inbox group by 1')).rows,
  });
  const { rows } = await here.query<{ what: string; least: number; most: number; people: number }>(
    `select what, min(told)::int as least, max(told)::int as most, count(*)::int as people
     from (select d.activity_id as what, a.person_id, count(*) as told
           from activity a join activity_definition d on d.id = a.definition_id
           where d.activity_id in ('act::o', 'act:cm:ortto-webhook') group by 1, 2) t
     group by what`,
  );
  const once = { least: ROUNDS, most: ROUNDS, people: CALLED };
  assert.deepEqual(Object.fromEntries(rows.map(({ what, ...told }) => [what, told])), {
    'act::o': once,
    'act:cm:ortto-webhook': once,
  });
  assert.deepEqual([...first.surprises, ...second.surprises], []);
});

/** As Ortto does: again until it is taken, each time with the moment of that try. */
async function deliver(body: () => object): Promise<void> {
  await until('the call is taken', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(hook, { method: 'POST', headers, body: JSON.stringify(body()) }).catch(() => undefined);
    return answer?.status === 204;
  });
}
