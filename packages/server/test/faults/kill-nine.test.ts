import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { publicId } from '@tributary/model';
import { BROWSER } from '../../src/demo/reader.ts';
import { findRunningEmbedded } from '../../src/platform/database/embedded/index.ts';
import { type Db, openPool } from '../../src/platform/database/pool.ts';
import { silent } from '../support/database.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';
import { playbook } from '../support/world.ts';

const ROUNDS = 20;
const DEALS_A_ROUND = 2;
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const run = promisify(execFile);

/** Mulberry32: the same seed, the same kills. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let folder: string;
let data: string;
let port: number;
let sink: SmtpSink;
let kommo: KommoSandbox;
let server: ChildProcess;
let key: string;
let over = false;

const url = (path: string): string => `http://127.0.0.1:${port}${path}`;

function start(): void {
  server = spawn(process.execPath, [MAIN, 'serve', '--data', data, '--port', String(port)], {
    env: { ...process.env, SMTP_URL: sink.url, LOG_LEVEL: 'fatal' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

const ready = () =>
  until('the server is ready', async () => (await fetch(url('/readyz')).catch(() => undefined))?.status === 200, {
    withinMs: 60_000,
    everyMs: 25,
  });

async function command(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [MAIN, ...args, '--data', data, '--port', String(port)], {
    env: { ...process.env, LOG_LEVEL: 'fatal' },
  });
  return stdout.trim();
}

/** The pid file may still name the one killed before, or be missing while the next one starts. */
async function killPostgres(): Promise<boolean> {
  try {
    const pid = Number((await readFile(join(data, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Posts until it is acknowledged or refused: a client that tries again, with the same key. */
async function post(path: string, body: object): Promise<boolean> {
  const answer = await fetch(url(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-faults-'));
  data = join(folder, 'data');
  const probe = createServer();
  port = await new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port));
  });
  await new Promise((resolve) => probe.close(resolve));
  sink = await startSmtpSink();
  kommo = await startKommoSandbox({ requestsPerSecond: 0, retryScale: 5e-3 });
  start();
  await ready();
  key = (await command('keys', 'create', '--name', 'Faults')).split('\n').at(-1)!;
  // Nobody gets so many; but each mail has to ask whether there is a place for it.
  await command('sending', 'set', '--cap', '1000/16h');
  await command('kommo', 'connect', '--url', kommo.url, '--token', kommo.token);
  assert.ok(await post('/v1/definitions/activity/create', { name: 'Meeting booked' }));
  assert.ok(await post('/v1/definitions/activity/create', { name: 'Page seen' }));
  const { journey, templates } = await playbook();
  const shapes = structuredClone(journey.shapes) as Record<string, { for?: object }>;
  shapes['until-opened']!.for = { seconds: 1 };
  shapes['three-days']!.for = { seconds: 4 };
  const file = join(folder, 'playbook.json');
  await writeFile(file, JSON.stringify({ journey: { ...journey, holdOut: 0, shapes }, templates }));
  await command('journeys', 'push', file);
});

after(async () => {
  over = true; // A test that failed has left its load going.
  server.kill('SIGTERM');
  await gone(server);
  await kommo.close();
  await sink.close();
  await rm(folder, { recursive: true, force: true });
});

test('twenty kills lose nothing acknowledged, and do nothing twice', { timeout: 280_000 }, async (t) => {
  const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
  const random = randomFrom(seed);
  t.diagnostic(`FAULT_SEED=${seed}`);
  const acknowledged: string[] = [];
  const working: Promise<unknown>[] = [];

  // Whoever gets the case study reads it a while later, and goes on trying until the picture is there.
  sink.onMail = (mail) => {
    if (/^subject: how teams/im.test(mail.source)) working.push(read(mail.source));
    return 'take';
  };
  const load = (async () => {
    for (let n = 0; !over; n++) {
      const id = `k-${n}`;
      const activity = { activity_id: 'act:cm:page-seen', fields: { 'str::email': `p${n % 7}@example.com` }, key: id };
      const created = new Date().toISOString();
      if (await post('/v1/activities/create', { activities: [{ ...activity, created }] })) acknowledged.push(id);
      await pause(20);
    }
  })();

  // All deals are there before the first kill: Kommo switches a webhook off after a hundred bad answers,
  // and this test is about ours, not about that.
  const deals = Array.from({ length: ROUNDS * DEALS_A_ROUND }, (_, i) => {
    const contact = { first_name: 'A', email: `deal${i}@example.com` };
    return kommo.addLead({ name: `Deal ${i}`, price: 100, contact }).id;
  });
  await kommo.settled();
  let kills = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const deal of deals.slice(round * DEALS_A_ROUND, (round + 1) * DEALS_A_ROUND)) {
      await pause(random() * 100);
      kommo.moveLead(deal, kommo.stage('Qualification').statusId);
    }
    await pause(100 + random() * 900);
    if (random() < 0.5) {
      server.kill('SIGKILL');
      await gone(server);
      start();
    } else {
      await until('PostgreSQL is there to be killed', killPostgres);
    }
    kills += 1;
    await ready();
  }
  over = true;
  await load;
  assert.ok(
    kommo.webhooks().every((hook) => !hook.disabled),
    'Kommo still calls us',
  );
  const unheard = await movesNobodyHeard(deals);
  // Kommo gives up after a few tries. What it never got an answer to shows at the next edit of the deal.
  for (const deal of unheard) kommo.updateLead(deal, { price: 101 });
  t.diagnostic(`${unheard.length} moves whose webhooks Kommo gave up, edited afterwards`);

  const connection = await until('the database answers', () => findRunningEmbedded(data));
  const db = openPool(connection, silent, 2);
  try {
    await until('everything has come to its end', () => isQuiet(db, deals.length), {
      withinMs: 90_000,
      everyMs: 250,
      told: () => told(db),
    });
    await Promise.all(working);
    await until('all is quiet again', () => isQuiet(db, deals.length), { withinMs: 60_000, everyMs: 250 });
    t.diagnostic(
      `${kills} kills, ${deals.length} deals, ${acknowledged.length} acknowledged activities, ${sink.mails.length} mails`,
    );
    await checkActivities(db, acknowledged);
    const uncertain = await checkMails(db, deals.length);
    t.diagnostic(`${uncertain} messages were uncertain`);
    await checkKommo(db, deals);
  } finally {
    await db.end();
  }
});

async function read(source: string): Promise<void> {
  await pause(1500);
  const pixel = /src="?(http[^"\s>]+\/t\/o\/[^"\s>]+)/.exec(decode(source))?.[1];
  assert.ok(pixel, 'the mail has its picture');
  await until(
    'the picture is loaded',
    async () => {
      const answer = await fetch(pixel, { headers: { 'user-agent': BROWSER } }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      return answer?.status === 200;
    },
    { withinMs: 60_000, everyMs: 100 },
  );
}

const decode = (source: string): string =>
  source
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** The deals of which no webhook about their move was ever acknowledged, once Kommo has stopped trying. */
async function movesNobodyHeard(deals: readonly number[]): Promise<number[]> {
  await until('Kommo has stopped trying', () => kommo.retriesToCome() === 0, { withinMs: 60_000, everyMs: 100 });
  await kommo.settled();
  const heard = kommo
    .webhookDeliveries()
    .filter(({ status }) => status >= 100 && status < 300)
    .map(({ body }) => decodeURIComponent(body));
  return deals.filter(
    (deal) => !heard.some((body) => new RegExp(`leads\\[(status|update)\\]\\[\\d+\\]\\[id\\]=${deal}(&|$)`).test(body)),
  );
}

/** What is not at its end, for whoever reads that it took too long. */
async function told(db: Db): Promise<unknown> {
  const { rows } = await db.query(
    `select (select count(*) from news)::int as news, (select count(*) from connector_inbox)::int as inbox,
            (select count(*) from connector_outbox where state in ('queued', 'writing'))::int as outbox,
            (select json_object_agg(state, n) from (select state, count(*) as n from message group by state) m) as messages,
            (select json_object_agg(coalesce(shape_id, '-'), n) from
              (select shape_id, count(*) as n from run where left_at is null group by shape_id) r) as inside,
            (select count(*) from run)::int as runs`,
  );
  return { ...rows[0], retries: kommo.retriesToCome(), hook: kommo.webhooks()[0] };
}

async function isQuiet(db: Db, runs: number): Promise<boolean> {
  const { rows } = await db.query<{ open: number; runs: number }>(
    `select (select count(*) from news) + (select count(*) from connector_inbox)
          + (select count(*) from connector_outbox where state in ('queued', 'writing'))
          + (select count(*) from message where state in ('queued', 'sending', 'uncertain'))
          + (select count(*) from run where left_at is null) as open,
            (select count(*) from run) as runs`,
  );
  return Number(rows[0]!.open) === 0 && Number(rows[0]!.runs) >= runs;
}

async function checkActivities(db: Db, acknowledged: readonly string[]): Promise<void> {
  const { rows } = await db.query<{ key: string; n: number }>(
    `select key, count(*)::int as n from activity where key like 'k-%' group by key`,
  );
  const found = new Map(rows.map((row) => [row.key, row.n]));
  assert.ok(acknowledged.length > 100, 'there was load');
  assert.deepEqual(
    acknowledged.filter((id) => found.get(id) !== 1),
    [],
    'each acknowledged activity is there once',
  );
}

async function checkMails(db: Db, deals: number): Promise<number> {
  const { rows: runs } = await db.query<{ n: number }>(`select count(*)::int as n from run`);
  assert.equal(runs[0]!.n, deals, 'one run a deal');
  const { rows } = await db.query<{ id: string; state: string; shape: string; uncertain: number }>(
    'select id, state, shape_id as shape, uncertain_count as uncertain from message order by id',
  );
  assert.deepEqual(
    rows.filter((row) => row.state !== 'sent'),
    [],
    'every message was sent',
  );
  for (const shape of ['first-call', 'case-study']) {
    assert.equal(rows.filter((row) => row.shape === shape).length, deals, `${shape} was asked for once a deal`);
  }
  const received = new Map<string, number>();
  for (const { messageId } of sink.mails)
    received.set(messageId.split('@')[0]!, (received.get(messageId.split('@')[0]!) ?? 0) + 1);
  for (const row of rows) {
    const times = received.get(publicId(row.id, 'message')) ?? 0;
    assert.ok(times >= 1, `message ${row.id} arrived`);
    assert.ok(times === 1 || row.uncertain > 0, `message ${row.id} arrived ${times} times, and was never uncertain`);
  }
  assert.equal(received.size, rows.length, 'no mail arrived that is not a message');
  return rows.filter((row) => row.uncertain > 0).length;
}

async function checkKommo(db: Db, deals: readonly number[]): Promise<void> {
  const { rows } = await db.query<{ lead: string; opens: number; calls: number }>(
    `select r.entry->>'str:cm:lead-id' as lead,
            (select count(distinct date_trunc('second', a.occurred_at))::int from activity a
              join activity_definition d on d.id = a.definition_id
              where a.person_id = r.person_id and d.activity_id = 'act::o' and a.attributes->>'bol::m' is distinct from 'true') as opens,
            (select count(*)::int from move m where m.run_id = r.id and m.shape_id = 'call') as calls
     from run r`,
  );
  const byLead = new Map(rows.map((row) => [row.lead, row]));
  for (const deal of deals) {
    const { opens, calls } = byLead.get(String(deal))!;
    const notes = kommo.notes(deal).map((note) => note.text);
    assert.equal(new Set(notes).size, notes.length, `no note is there twice on ${deal}: ${notes.join(' | ')}`);
    assert.equal(notes.length, opens, `each open is a note on ${deal}`);
    assert.equal(kommo.tasks(deal).length, calls, `each call is a task on ${deal}`);
  }
  assert.ok(
    rows.some((row) => row.calls === 1),
    'someone is to be called',
  );
}
