import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type EmbeddedDatabase, startEmbedded } from '../../src/platform/database/embedded/index.ts';
import { until } from '../support/until.ts';
import { urlOf } from '../support/url-of.ts';
import { chance, rounds } from './support/chance.ts';
import { type FollowUp, openFollowUp } from './support/follow-up.ts';
import { type Front, openFront } from './support/front.ts';
import { type Installation, install } from './support/installation.ts';
import { killPostgres } from './support/kill-postgres.ts';
import { checkPromises } from './support/promises.ts';

const ROUNDS = rounds(10);
const DEALS_A_ROUND = 4;

let folder: string;
let database: EmbeddedDatabase;
let story: FollowUp;
/** One address for the three, as Kommo and the readers of mail know it. */
let front: Front;
let servers: Installation[] = [];
let key: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-faults-'));
  // Where PostgreSQL runs as somebody else, that user has to pass.
  await chmod(folder, 0o755);
  database = await startEmbedded({ dataDir: join(folder, 'data'), log: () => undefined });
  story = await openFollowUp();
  front = await openFront(() => servers.map(({ url }) => url));
  const env = { SMTP_URL: story.sink.url, DATABASE_URL: urlOf(database.connection), PUBLIC_URL: front.url };
  servers = await Promise.all([install(env), install(env), install(env)]);
  for (const server of servers) server.start();
  await allReady();
  key = await story.prepare(servers[0]!);
});

after(async () => {
  for (const server of servers) await server.close();
  await front?.close();
  await story?.close();
  await database?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('three on one database: whichever is killed, nothing is lost, and nothing is done by two of them', {
  timeout: 280_000,
}, async (t) => {
  const random = chance(t);
  const killed = { servers: 0, postmaster: 0, another: 0 };
  const kill = async (): Promise<void> => {
    const what = random();
    if (what < 0.6) {
      // One, or two at the same time; never all, so that somebody is there to take over.
      const spared = Math.floor(random() * 3);
      const also = (spared + 1 + Math.floor(random() * 2)) % 3;
      const victims = servers.filter((_, i) => i !== spared && (i === also || random() < 0.3));
      await Promise.all(victims.map((server) => server.killServer()));
      for (const server of victims) server.start();
      killed.servers += victims.length;
    } else {
      const which = what < 0.8 ? 'postmaster' : 'another';
      await until('PostgreSQL is there to be killed', () => killPostgres(join(folder, 'data'), which, random));
      killed[which] += 1;
    }
  };

  story.load(servers, key);
  const deals = await story.addDeals(ROUNDS * DEALS_A_ROUND);
  for (let round = 0; round < ROUNDS; round++) {
    for (const deal of deals.slice(round * DEALS_A_ROUND, (round + 1) * DEALS_A_ROUND)) {
      await pause(random() * 50);
      story.qualify(deal);
    }
    await pause(100 + random() * 900);
    await kill();
    await allReady();
  }
  const { acknowledged, unheard } = await story.end(servers[0]!.database, deals);
  assert.equal(new Set(acknowledged.map((id) => id.split('-')[1])).size, 3, 'all three had load');
  t.diagnostic(`${unheard} moves whose webhooks Kommo gave up, edited afterwards`);
  const uncertain = await checkPromises(await servers[0]!.database(), { ...story, deals, acknowledged });
  t.diagnostic(
    `killed ${JSON.stringify(killed)}; ${deals.length} deals, ${acknowledged.length} acknowledged activities, ${story.sink.mails.length} mails, ${uncertain} uncertain`,
  );
  assert.deepEqual(
    servers.flatMap(({ surprises }) => surprises),
    [],
  );
});

async function allReady(): Promise<void> {
  await Promise.all(servers.map((server) => server.ready()));
}
