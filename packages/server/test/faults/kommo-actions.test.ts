import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import type { Db } from '../../src/platform/database/pool.ts';
import { until } from '../support/until.ts';
import { type Installation, install } from './support/installation.ts';

const ROUNDS = 4;
const DEALS_A_ROUND = 3;

const action = (name: string, input: Record<string, unknown>, next: string) => ({
  ...{ kind: 'action', connector: 'kommo', action: name, input },
  next,
});
const journey = {
  name: 'Everything',
  entry: {
    activity: 'act:cm:crm-stage-changed',
    filter: { '$str::is': { field_id: 'str:cm:stage', value: 'Proposal sent' } },
    key: 'str:cm:lead-id',
  },
  start: 'note',
  shapes: {
    note: action('note', { text: 'Got the proposal' }, 'field'),
    field: action('field', { field: 'Seats', value: 40 }, 'contact'),
    contact: action('field', { on: 'contact', field: 'Role', value: 'Buyer' }, 'stage'),
    stage: action('stage', { stage: 'Negotiation' }, 'responsible'),
    responsible: action('responsible', { user: 'Priya Shah' }, 'task'),
    task: action('task', { text: 'Call' }, 'end'),
    end: { kind: 'exit' },
  },
};

let folder: string;
let kommo: KommoSandbox;
let server: Installation;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-actions-'));
  kommo = await startKommoSandbox({ requestsPerSecond: 0, retryScale: 5e-3 });
  server = await install({});
  server.start();
  await server.ready();
  const connected = await server.command('kommo', 'connect', '--url', kommo.url, '--token', kommo.token);
  assert.equal(connected.code, 0, connected.output);
  const file = join(folder, 'playbook.json');
  await writeFile(file, JSON.stringify({ journey, templates: {} }));
  const pushed = await server.command('journeys', 'push', file);
  assert.equal(pushed.code, 0, pushed.output);
});

after(async () => {
  await server?.close();
  await kommo?.close();
  await rm(folder, { recursive: true, force: true });
});

test('whatever is killed while a journey writes to deals, each thing is there once', {
  timeout: 200_000,
}, async (t) => {
  const deals = Array.from({ length: ROUNDS * DEALS_A_ROUND }, (_, i) =>
    kommo.addLead({ name: `Deal ${i}`, contact: { first_name: 'A', email: `deal${i}@example.com` } }),
  );
  await kommo.settled();
  const beginning = await server.database();
  await until('all deals have been read', () => isQuiet(beginning, 0), { withinMs: 60_000 });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { id } of deals.slice(round * DEALS_A_ROUND, (round + 1) * DEALS_A_ROUND)) {
      kommo.moveLead(id, kommo.stage('Proposal sent').statusId);
    }
    const written = kommo.requests().filter(({ method }) => method !== 'GET').length;
    await until(
      'something is written',
      () => kommo.requests().filter(({ method }) => method !== 'GET').length > written,
      { withinMs: 60_000 },
    );
    await pause(Math.random() * 900);
    await server.killServer();
    server.start();
    await server.ready();
  }
  const db = await server.database();
  await until('all has come to its end', () => isQuiet(db, deals.length), { withinMs: 90_000, everyMs: 250 });
  await kommo.settled();

  const count = (deal: number, type: string) => kommo.events(deal).filter((event) => event.type === type).length;
  const seen = deals.map(({ id }) => {
    const { status, responsibleUser, customFields, contacts } = kommo.lead(id)!;
    return {
      ...{ status, responsibleUser, customFields, Role: contacts[0]!.customFields.Role },
      notes: kommo.notes(id).length,
      tasks: kommo.tasks(id).map((task) => task.responsibleUser),
      // There by hand, on from there by the journey.
      moves: count(id, 'lead_status_changed'),
      handovers: count(id, 'entity_responsible_changed'),
    };
  });
  const once = {
    ...{ status: 'Negotiation', responsibleUser: 'Priya Shah', customFields: { Seats: 40 }, Role: 'Buyer' },
    ...{ notes: 1, tasks: ['Priya Shah'], moves: 2, handovers: 1 },
  };
  assert.deepEqual(
    seen,
    deals.map(() => once),
  );
  const { rows } = await db.query<{ stages: number; steps: number; failed: number; uncertain: number }>(
    `select count(*) filter (where d.activity_id = 'act:cm:crm-stage-changed')::int as stages,
            count(*) filter (where d.activity_id = 'act::sja')::int as steps,
            count(*) filter (where d.activity_id = 'act::fja')::int as failed,
            (select count(*)::int from connector_outbox where uncertain) as uncertain
     from activity a join activity_definition d on d.id = a.definition_id`,
  );
  const { uncertain, ...told } = rows[0]!;
  t.diagnostic(`${ROUNDS} kills, ${deals.length} deals, ${uncertain} writes were uncertain`);
  assert.deepEqual(told, { stages: 3 * deals.length, steps: 6 * deals.length, failed: 0 });
  assert.deepEqual(server.surprises, []);
});

async function isQuiet(db: Db, runs: number): Promise<boolean> {
  const { rows } = await db.query<{ open: number; runs: number }>(
    `select ((select count(*) from news) + (select count(*) from connector_inbox)
           + (select count(*) from connector_outbox where state in ('queued', 'writing'))
           + (select count(*) from run where left_at is null))::int as open,
            (select count(*)::int from run) as runs`,
  );
  return rows[0]!.open === 0 && rows[0]!.runs >= runs && kommo.retriesToCome() === 0;
}
