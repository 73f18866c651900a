import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { BROWSER } from '../../../src/demo/reader.ts';
import type { Db } from '../../../src/platform/database/pool.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';
import { until } from '../../support/until.ts';
import { playbook } from '../../support/world.ts';
import type { Installation } from './installation.ts';

/** The story of a deal that is moved to Qualification, with many deals at once, and what is outside of Tributary in it. */
export interface FollowUp {
  readonly kommo: KommoSandbox;
  readonly sink: SmtpSink;
  /** Connected to Kommo, with the journey on, its waits short, and nobody held out. The API key. */
  prepare(server: Installation): Promise<string>;
  /** Deals that are new leads. Made before the first kill: Kommo switches a webhook off after a hundred bad answers. */
  addDeals(count: number): Promise<readonly number[]>;
  qualify(deal: number): void;
  /** Activities go to each of the servers, one after the other, until it is closed. */
  load(servers: readonly Installation[], key: string): void;
  /** The load ends, and all that was begun comes to its end. The keys of the activities that were acknowledged. */
  end(database: () => Promise<Db>, deals: readonly number[]): Promise<{ acknowledged: string[]; unheard: number }>;
  close(): Promise<void>;
}

export async function openFollowUp(): Promise<FollowUp> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-follow-up-'));
  const sink = await startSmtpSink();
  const kommo = await startKommoSandbox({ requestsPerSecond: 0, retryScale: 5e-3 });
  const reading: Promise<void>[] = [];
  const working: Promise<void>[] = [];
  const acknowledged: string[] = [];
  let over = false;

  // Whoever gets the case study reads it a while later, and goes on trying until the picture is there.
  sink.onMail = (mail) => {
    if (/^subject: how teams/im.test(mail.source)) reading.push(read(mail.source));
    return 'take';
  };

  return {
    kommo,
    sink,
    async prepare(server) {
      const done = async (...args: string[]): Promise<string> => {
        const { code, output } = await server.command(...args);
        assert.equal(code, 0, output);
        return output;
      };
      const key = (await done('keys', 'create', '--name', 'Faults')).split('\n').at(-1)!;
      // Nobody gets so many; but each mail has to ask whether there is a place for it.
      await done('sending', 'set', '--cap', '1000/16h');
      await done('kommo', 'connect', '--url', kommo.url, '--token', kommo.token);
      for (const name of ['Meeting booked', 'Page seen'])
        assert.ok(await post(server.url, key, '/v1/definitions/activity/create', { name }));
      const { journey, templates } = await playbook();
      const shapes = structuredClone(journey.shapes) as Record<string, { for?: object }>;
      shapes['until-opened']!.for = { seconds: 1 };
      shapes['three-days']!.for = { seconds: 4 };
      const file = join(folder, 'playbook.json');
      await writeFile(file, JSON.stringify({ journey: { ...journey, holdOut: 0, shapes }, templates }));
      await done('journeys', 'push', file);
      return key;
    },
    async addDeals(count) {
      const deals = Array.from({ length: count }, (_, i) => {
        const contact = { first_name: 'A', email: `deal${i}@example.com` };
        return kommo.addLead({ name: `Deal ${i}`, price: 100, contact }).id;
      });
      await kommo.settled();
      return deals;
    },
    qualify: (deal) => kommo.moveLead(deal, kommo.stage('Qualification').statusId),
    load(servers, key) {
      const to = async ({ url }: Installation, i: number): Promise<void> => {
        for (let n = 0; !over; n++) {
          const id = `k-${i}-${n}`;
          const fields = { 'str::email': `p${n % 7}@example.com` };
          const activity = { activity_id: 'act:cm:page-seen', fields, key: id, created: new Date().toISOString() };
          if (await post(url, key, '/v1/activities/create', { activities: [activity] })) acknowledged.push(id);
          await pause(20);
        }
      };
      working.push(...servers.map(to));
    },
    async end(database, deals) {
      over = true;
      await Promise.all(working);
      const refused = kommo.webhookDeliveries().filter(({ status }) => status >= 300 && status < 499);
      assert.deepEqual(refused, [], 'a webhook is taken, or not answered, but never refused');
      // A slow machine is away for longer than Kommo bears with. Saved again, as its owner would; what it did not tell is found below.
      for (const { destination, disabled } of kommo.webhooks()) if (disabled) kommo.enableWebhook(destination);
      const unheard = await movesNobodyHeard(kommo, deals);
      // Kommo gives up after a few tries. What it never got an answer to shows at the next edit of the deal.
      for (const deal of unheard) kommo.updateLead(deal, { price: 101 });
      const db = await until('the database answers', () => database().catch(() => undefined));
      await until('everything has come to its end', () => isQuiet(db, deals.length), {
        ...{ withinMs: 90_000, everyMs: 250 },
        told: async () => ({ ...(await told(db)), retries: kommo.retriesToCome(), hook: kommo.webhooks()[0] }),
      });
      await Promise.all(reading);
      await until('all is quiet again', () => isQuiet(db, deals.length), { withinMs: 60_000, everyMs: 250 });
      return { acknowledged, unheard: unheard.length };
    },
    async close() {
      over = true; // A test that failed has left its load going.
      await kommo.close();
      await sink.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether it was acknowledged: what was refused, or got no answer, may be there or not. */
async function post(url: string, key: string, path: string, body: object): Promise<boolean> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200;
}

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
async function movesNobodyHeard(kommo: KommoSandbox, deals: readonly number[]): Promise<number[]> {
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
async function told(db: Db): Promise<object> {
  const { rows } = await db.query<object>(
    `select (select count(*) from news)::int as news, (select count(*) from connector_inbox)::int as inbox,
            (select count(*) from connector_outbox where state in ('queued', 'writing'))::int as outbox,
            (select json_object_agg(state, n) from (select state, count(*) as n from message group by state) m) as messages,
            (select json_object_agg(coalesce(shape_id, '-'), n) from
              (select shape_id, count(*) as n from run where left_at is null group by shape_id) r) as inside,
            (select count(*) from run)::int as runs`,
  );
  return rows[0]!;
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
