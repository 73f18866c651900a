import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';
import { playbook } from '../support/world.ts';
import { openClients } from './support/clients.ts';
import { assertNothingWrong, compare, stillOpen } from './support/findings.ts';
import { type Installation, install } from './support/installation.ts';
import { randomFrom } from './support/random.ts';
import { openReaders } from './support/readers.ts';
import { openSellers } from './support/sellers.ts';

/** What each round kills. Never more databases in a row than PostgreSQL is started again for within a minute. */
const KILLS = ['server', 'server', 'database', 'database', 'both'] as const;
const ROUNDS = 4 * KILLS.length;
const DEALS = 400;
/** Kommo's "again in 5 minutes" is a second and a half here. */
const RETRY_SCALE = 5e-3;

test('twenty kills under load lose nothing that was acknowledged, and do nothing twice', async (t) => {
  const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`FAULT_SEED=${seed}`);
  const random = randomFrom(seed);
  const sink = await startSmtpSink();
  t.after(sink.close);
  const kommo = await startKommoSandbox({ requestsPerSecond: 0, retryScale: RETRY_SCALE });
  t.after(kommo.close);
  const tributary = await install({ SMTP_URL: sink.url });
  t.after(tributary.close);
  const key = await setUp(tributary, kommo);
  const db = await tributary.database();

  const deals = addDeals(kommo);
  await until('Tributary knows the deals', async () => (await knownDeals(tributary)) === DEALS, { withinMs: 60_000 });
  const readers = openReaders(sink, random);
  const clients = openClients(tributary.url, key, random);
  const sellers = openSellers(kommo, db, random, deals);

  const recoveries: number[] = [];
  let hurried = 0;
  const rounds = Array.from({ length: ROUNDS / KILLS.length }, () => random.shuffled(KILLS)).flat();
  for (const victim of rounds) {
    await sleep(random.between(200, 2_000));
    const began = performance.now();
    if (victim === 'database') await tributary.killDatabase();
    else {
      if (victim === 'both') await Promise.all([tributary.killDatabase(), tributary.killServer()]);
      else await tributary.killServer();
      tributary.start();
      if (random() < 0.3) {
        // And again, in the middle of its recovery.
        await sleep(random.between(50, 900));
        await tributary.killServer();
        tributary.start();
        hurried += 1;
      }
    }
    await tributary.ready();
    recoveries.push(performance.now() - began);
    // Kommo switches a webhook off that failed a hundred times in two hours, which are a minute here.
    for (const { destination } of kommo.webhooks()) kommo.enableWebhook(destination);
  }
  recoveries.sort((a, b) => a - b);

  await clients.stop();
  await sellers.stop();
  await readers.done();
  await settled(tributary, kommo, sink, db);
  await readers.done();
  await settled(tributary, kommo, sink, db);

  const findings = await compare({ db, kommo, sink, clients, sellers, readers });
  t.diagnostic(`${ROUNDS} rounds, ${hurried} of them with a second kill during the recovery; ready again after`);
  t.diagnostic(`  ${ms(recoveries[ROUNDS / 2])} (median), ${ms(recoveries.at(-1))} (longest)`);
  for (const [what, n] of Object.entries(findings.counted)) t.diagnostic(`  ${String(n).padStart(5)} ${what}`);
  t.diagnostic(`  ${String(sellers.edits).padStart(5)} moves whose webhooks were all lost, seen at the next edit`);
  findings.wrong.push(...tributary.surprises);
  const doctor = await tributary.command('doctor');
  if (doctor.code !== 0) findings.wrong.push(doctor.output);
  if (findings.wrong.length > 0) for (const line of tributary.log) t.diagnostic(line);
  assertNothingWrong(findings);
  assert.ok(clients.acknowledged.size > 200 && sellers.moves.size > 50 && readers.opened.size > 50, 'there was load');

  assert.equal(await tributary.stop(), 0);
  assert.equal(await tributary.leftovers(), 0);
});

/** On an empty folder, by the command line, as an operator does it. The key for the API. */
async function setUp(tributary: Installation, kommo: KommoSandbox): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-playbook-'));
  try {
    tributary.start();
    await tributary.ready();
    const run = async (...args: string[]): Promise<string> => {
      const { code, output } = await tributary.command(...args);
      assert.equal(code, 0, output);
      return output;
    };
    const key = (await run('keys', 'create', '--name', 'Fault test')).split('\n').at(-1)!;
    await run('kommo', 'connect', '--url', kommo.url, '--token', kommo.token);
    for (const name of ['Meeting booked', 'Page seen']) {
      const answer = await fetch(`${tributary.url}/v1/definitions/activity/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ name }),
      });
      assert.equal(answer.status, 200, await answer.text());
    }
    const file = join(folder, 'playbook.json');
    await writeFile(file, JSON.stringify(await shortPlaybook()));
    await run('journeys', 'push', file);
    return key;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The playbook that ships, with days that take a second. */
async function shortPlaybook(): Promise<object> {
  const { journey, templates } = await playbook();
  const shapes = structuredClone(journey.shapes) as Record<string, object>;
  Object.assign(shapes['until-opened']!, { for: { seconds: 1 } });
  Object.assign(shapes['three-days']!, { for: { seconds: 2.5 } });
  return { journey: { ...journey, holdOut: 0, shapes }, templates };
}

function addDeals(kommo: KommoSandbox): number[] {
  const deals = Array.from({ length: DEALS }, (_, i) =>
    kommo.addLead({
      name: `Deal ${i}`,
      price: 1_000 + i,
      contact: { first_name: 'Nora', last_name: `No. ${i}`, email: `nora${i}@example.com` },
    }),
  );
  return deals.map(({ id }) => id);
}

async function knownDeals(tributary: Installation): Promise<number> {
  const db = await tributary.database();
  try {
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from connector_memory where kind = 'lead'`,
    );
    return rows[0]!.n;
  } finally {
    await db.end();
  }
}

/** Until everything has come to its end, and Kommo has said all it has to say. */
async function settled(
  tributary: Installation,
  kommo: KommoSandbox,
  sink: SmtpSink,
  db: Parameters<typeof stillOpen>[0],
) {
  let before = -1;
  await until(
    'everything has come to its end',
    async () => {
      await kommo.settled();
      const isOpen = Object.values(await stillOpen(db)).some((n) => n > 0) || kommo.retriesToCome() > 0;
      const signs = kommo.webhookDeliveries().length + sink.mails.length;
      const isSettled = !isOpen && signs === before;
      before = isOpen ? -1 : signs;
      return isSettled;
    },
    {
      withinMs: 90_000,
      everyMs: 100,
      told: async () => ({ open: await stillOpen(db), retries: kommo.retriesToCome(), log: tributary.log.slice(-5) }),
    },
  );
}

const ms = (time: number | undefined): string => `${Math.round(time ?? 0)} ms`;
