import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { chance, rounds } from './support/chance.ts';
import { type FollowUp, openFollowUp } from './support/follow-up.ts';
import { type Installation, install } from './support/installation.ts';
import { killPostgres } from './support/kill-postgres.ts';
import { checkPromises } from './support/promises.ts';

const ROUNDS = rounds(20);
const DEALS_A_ROUND = 2;

let story: FollowUp;
let server: Installation;
let key: string;

before(async () => {
  story = await openFollowUp();
  server = await install({ SMTP_URL: story.sink.url });
  server.start();
  await server.ready();
  key = await story.prepare(server);
});

after(async () => {
  await server?.close();
  await story?.close();
});

test('twenty kills lose nothing acknowledged, and do nothing twice', { timeout: 280_000 }, async (t) => {
  const random = chance(t);
  story.load([server], key);
  const deals = await story.addDeals(ROUNDS * DEALS_A_ROUND);
  for (let round = 0; round < ROUNDS; round++) {
    for (const deal of deals.slice(round * DEALS_A_ROUND, (round + 1) * DEALS_A_ROUND)) {
      await pause(random() * 100);
      story.qualify(deal);
    }
    await pause(100 + random() * 900);
    if (random() < 0.5) {
      await server.killServer();
      server.start();
    } else {
      await until('PostgreSQL is there to be killed', () => killPostgres(server.dataDir, 'postmaster', random));
    }
    await server.ready();
  }
  const { acknowledged, unheard } = await story.end(server.database, deals);
  t.diagnostic(`${unheard} moves whose webhooks Kommo gave up, edited afterwards`);
  const uncertain = await checkPromises(await server.database(), { ...story, deals, acknowledged });
  t.diagnostic(
    `${ROUNDS} kills, ${deals.length} deals, ${acknowledged.length} acknowledged activities, ${story.sink.mails.length} mails, ${uncertain} uncertain`,
  );
  assert.deepEqual(server.surprises, []);
});
