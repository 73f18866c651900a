import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { click, open, PRIVACY_PROXY } from '../../../src/demo/reader.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { HOUR, MINUTE } from '../../support/world.ts';

const by = 'somebody';
const which = { name: 'Offers' };
let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const manage = () => world.tributary.journeys.manage;
const offers = (decide: object | undefined, variants = VARIANTS) =>
  welcome({
    ...which,
    start: 'offer',
    shapes: { offer: { kind: 'ab', variants, ...(decide && { decide }), next: 'end' }, end: { kind: 'exit' } },
  });
const VARIANTS = [
  { name: 'A', template: 'Offer A', share: 50 },
  { name: 'B', template: 'Offer B', share: 50 },
];

let people = 0;
/** People sign up until each version has been sent so often. Who got which. */
async function sendEach(atLeast: number): Promise<Record<string, string[]>> {
  const got: Record<string, string[]> = { 'Offer A': [], 'Offer B': [] };
  while (Object.values(got).some((emails) => emails.length < atLeast)) {
    const email = `p${++people}@example.com`;
    await world.does(email, 'signed-up');
    got[(await world.subjectsTo(email))[0]!]!.push(email);
  }
  return got;
}
const mailOf = async (email: string) => (await world.mailsTo(email))[0]!;
const winner = async () => (await manage().contest(world.ws, which, 'offer')).winner;

describe('an e-mail in two versions', () => {
  test('is decided by what people open, at its moment, and machines are no people; then everybody gets the winner', async () => {
    await world.push(offers({ by: 'opened', after: { hours: 4 }, sent: 3 }));
    const got = await sendEach(3);
    // What is done with a mail in its first minute is held for a moment.
    await world.pass(MINUTE);
    // Machines load every picture of A; one reader of three opens B.
    for (const email of got['Offer A']!) await open(await mailOf(email), PRIVACY_PROXY);
    await open(await mailOf(got['Offer B']![0]!));
    await world.pass(4 * HOUR - 2 * MINUTE);
    assert.equal(await winner(), undefined);
    await world.pass(2 * MINUTE);
    const { variants, winner: won, nextLook } = await manage().contest(world.ws, which, 'offer');
    assert.deepEqual([won?.variant, won?.decidedBy, nextLook], ['B', 'by itself', undefined]);
    assert.match(won!.why, /^opened, A: 0 of \d+ \(0\.0 %\), B: 1 of \d+/);
    assert.deepEqual(won!.figures, variants, 'the figures that decided are kept');
    const sent = (i: number): number => variants[i]!.sent;
    assert.deepEqual([sent(0), sent(1)], [got['Offer A']!.length, got['Offer B']!.length]);
    for (let i = 0; i < 6; i++) {
      const email = `p${++people}@example.com`;
      await world.does(email, 'signed-up');
      assert.deepEqual(await world.subjectsTo(email), ['Offer B']);
      assert.ok(
        (await world.movesOf(email)).includes('offer: asked for the e-mail “Offer B”, version B, which has won'),
      );
    }
    const told = await manage().history(world.ws, which, { limit: 1 });
    assert.deepEqual([told[0]!.what, told[0]!.who, told[0]!.details.variant], ['winner chosen', 'by itself', 'B']);
  });

  test('is decided by somebody, who can take that back', async () => {
    await manage().chooseWinner(world.ws, which, { shape: 'offer', variant: 'A', by });
    assert.deepEqual([(await winner())?.variant, (await winner())?.decidedBy], ['A', by]);
    const email = `p${++people}@example.com`;
    await world.does(email, 'signed-up');
    assert.deepEqual(await world.subjectsTo(email), ['Offer A']);
    await assert.rejects(manage().chooseWinner(world.ws, which, { shape: 'offer', variant: 'C', by }), {
      code: 'variant_not_found',
      message: /it has "A", "B"/,
    });
    await assert.rejects(manage().chooseWinner(world.ws, which, { shape: 'end', variant: 'A', by }), {
      code: 'shape_not_found',
    });
    // Its moment has come long since: taken back, it is decided by the figures at once.
    await manage().chooseWinner(world.ws, which, { shape: 'offer', variant: null, by });
    await world.pass(2000);
    assert.deepEqual([(await winner())?.variant, (await winner())?.decidedBy], ['B', 'by itself']);
  });

  test('is open for as long as before where somebody opens again what the figures have decided', async () => {
    await manage().chooseWinner(world.ws, which, { shape: 'offer', variant: null, by });
    await world.pass(4 * HOUR - 60_000);
    assert.equal(await winner(), undefined);
    await world.pass(120_000);
    assert.equal((await winner())?.variant, 'B');
  });

  test('goes on without a winner that a new version does not have, and is decided anew, by clicks', async () => {
    const variants = [
      { name: 'A', template: 'Offer A', share: 50 },
      { name: 'New', template: 'Offer B', share: 50 },
    ];
    await world.push(offers({ by: 'clicked', after: { hours: 1 }, sent: 1 }, variants));
    // What was sent of both templates before counts: it is the same shape.
    await world.pass(2000);
    assert.equal((await winner())?.variant, 'A', 'nobody has clicked either: the first');
    await manage().chooseWinner(world.ws, which, { shape: 'offer', variant: null, by });
    const { rows } = await world.db.query<{ email: string }>(
      `select m.address as email from message m join template t on t.id = m.template_id where t.name = 'Offer B' limit 1`,
    );
    await world.pass(MINUTE);
    await click(await mailOf(rows[0]!.email), 'Look');
    await world.quiet();
    await world.db.query('delete from ab_winner');
    await world.push(offers({ by: 'clicked', after: { hours: 1 }, sent: 1 }, variants));
    await world.pass(2000);
    assert.equal((await winner())?.variant, 'New');
  });
});
