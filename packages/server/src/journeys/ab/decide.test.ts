import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openJourneyWorld, welcome } from '../../../test/support/journey-world.ts';
import { createVersions } from '../versions.ts';
import { decideTurn } from './decide.ts';

test('an e-mail in two versions is decided once, by however many processes look at the same moment', async () => {
  const world = await openJourneyWorld();
  try {
    const { db, clock } = world;
    const variants = [
      { name: 'A', template: 'Offer A', share: 99 },
      { name: 'B', template: 'Offer B', share: 1 },
    ];
    const ab = { kind: 'ab', variants, decide: { by: 'opened', after: { hours: 1 }, sent: 1 }, next: 'end' };
    await world.push(welcome({ start: 'offer', shapes: { offer: ab, end: { kind: 'exit' } } }));
    for (let i = 0; i < 20; i++) await world.does(`p${i}@example.com`, 'signed-up');
    await db.query(`update message set template_id = (select id from template where name = 'Offer B')
                    where id = (select max(id) from message)`);
    clock.advance(3_600_000);
    await Promise.all(Array.from({ length: 20 }, () => decideTurn({ db, clock, versions: createVersions() })));
    await world.quiet();
    const { rows: winners } = await db.query('select variant from ab_winner');
    assert.deepEqual(winners, [{ variant: 'A' }]);
    const { rows: told } = await db.query("select from journey_history where what = 'winner chosen'");
    assert.equal(told.length, 1);
  } finally {
    await world.close();
  }
});
