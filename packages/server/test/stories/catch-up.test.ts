import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { LeadView } from '@tributary/kommo-sandbox';
import { timelineOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { HOUR, openWorld, SECOND, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());
afterEach(() => {
  world.kommo.faults.clear();
  world.kommo.release();
});

let crowds = 0;

async function crowd(count: number): Promise<LeadView[]> {
  crowds += 1;
  const deals = Array.from({ length: count }, (_, i) =>
    world.kommo.addLead({
      name: `Deal ${i + 1} of crowd ${crowds}`,
      contact: { first_name: 'Ida', last_name: `No. ${i + 1}`, email: `ida${i + 1}@crowd${crowds}.example` },
    }),
  );
  await world.quiet();
  return deals;
}

function move(deals: readonly LeadView[], stage: string): void {
  world.clock.advance(30 * SECOND);
  for (const { id } of deals) world.kommo.moveLead(id, world.kommo.stage(stage).statusId);
}

/** The changes of stage on a person's timeline. */
async function changes(email: string): Promise<string[]> {
  return (await timelineOf(world, email))
    .filter(({ attributes }) => attributes['str:cm:stage'])
    .map(({ attributes }) => `${attributes['str:cm:previous-stage']} → ${attributes['str:cm:stage']}`);
}

async function assertChanges(deals: readonly LeadView[], expected: string[]): Promise<void> {
  for (const deal of deals) assert.deepEqual(await changes(deal.contacts[0]!.email!), expected, deal.name);
}

/** The connection has read what happened up to that moment. */
const caughtUp = (moment: Date): Promise<unknown> =>
  until('it has caught up', async () => {
    const { rows } = await world.db.query<{ at: number }>(
      `select (value->>'upTo')::int as at from connector_memory where kind = 'cursor'`,
    );
    return (rows[0]?.at ?? 0) >= Math.floor(moment.getTime() / 1000);
  });

/** The time for the regular look has come. */
async function lookedAgain(): Promise<void> {
  world.clock.advance(11 * 60 * SECOND);
  await caughtUp(world.clock.now());
  await world.quiet();
}

/** Tributary is down while this happens; then it is up again and has looked. */
async function away(meanwhile: () => unknown): Promise<void> {
  await world.away(async () => {
    await meanwhile();
    await world.kommo.settled();
    world.clock.advance(60 * SECOND);
  });
  await caughtUp(new Date(world.clock.now().getTime() - 60 * SECOND));
  await world.quiet();
}

const BOTH = [' → New lead', 'New lead → Qualification', 'Qualification → Negotiation'];

test('while Tributary is down thirty deals move twice each: each move is recorded once, and no webhook adds to it', async () => {
  const deals = await crowd(30);
  await lookedAgain();
  await away(() => {
    move(deals, 'Qualification');
    move(deals, 'Negotiation');
  });
  await assertChanges(deals, BOTH);
  // The webhooks that found nobody come again, and another look is taken.
  await world.pass(2 * HOUR);
  await lookedAgain();
  await assertChanges(deals, BOTH);
  const { rows } = await world.db.query<{ runs: number }>('select count(*)::int as runs from run');
  assert.equal(rows[0]!.runs, deals.length, 'each began the journey of the stage it passed through');
});

test('what webhooks told is not told again by looking', async () => {
  const deals = await crowd(5);
  move(deals, 'Qualification');
  await world.quiet();
  move(deals, 'Negotiation');
  await world.quiet();
  for (let i = 0; i < 3; i++) {
    await lookedAgain();
  }
  await assertChanges(deals, BOTH);
});

test('a deal made and moved while Tributary is down is told of from its first stage on', async () => {
  let deal!: LeadView;
  await away(() => {
    deal = world.kommo.addLead({ name: 'New', contact: { first_name: 'Ute', email: 'ute@new.example' } });
    move([deal], 'Qualification');
    move([deal], 'Negotiation');
  });
  await assertChanges([deal], BOTH);
});

test('a webhook that Kommo switched off is made anew by the check, and what it would have told is read', async () => {
  const deals = await crowd(3);
  await lookedAgain();
  world.kommo.disableWebhooks();
  move(deals, 'Qualification');
  move(deals, 'Negotiation');
  const moved = world.clock.now();
  await world.tributary.connectors.check();
  assert.deepEqual(
    world.kommo.webhooks().map(({ disabled }) => disabled),
    [false],
  );
  await caughtUp(moved);
  await world.quiet();
  await assertChanges(deals, BOTH);
});

test('where Kommo does not show its events, the stage a deal is in now is told', async () => {
  const deals = await crowd(2);
  await lookedAgain();
  world.kommo.faults.set({ status: 403, statusOnly: 'GET /api/v4/events' });
  await away(() => {
    move(deals, 'Qualification');
    move(deals, 'Negotiation');
  });
  await assertChanges(deals, [' → New lead', 'New lead → Negotiation']);
});
