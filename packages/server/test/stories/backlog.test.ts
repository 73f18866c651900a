import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { transaction } from '../../src/platform/database/pool.ts';
import { hearWhatWaits } from '../support/heard.ts';
import { openRooms, type TestRooms } from '../support/rooms.ts';
import { until } from '../support/until.ts';

const CROWD = 3000;
const DAY = 24 * 3_600_000;

let rooms: TestRooms;
before(async () => {
  rooms = await openRooms();
});
after(() => rooms.close());

/** These people sign up, and what that starts has begun; nobody moves it on. */
async function signUp(emails: readonly string[]): Promise<void> {
  const items = emails.map((email) => ({
    ...{ who: { by: ['str::email'] }, fields: { 'str::email': email }, source: 'Test' },
    activity: { id: 'act:cm:signed-up', attributes: {} },
  }));
  await rooms.people.record(rooms.ws, items);
  await transaction(rooms.db, (tx) => hearWhatWaits(tx, rooms.journeys.hear));
}

test('thousands who are due since a day down do not hold up whoever falls due now, or begins now', async () => {
  await rooms.people.addDefinitions(rooms.ws, [{ name: 'Signed up', activityId: 'act:cm:signed-up', touch: true }]);
  const shapes = { pause: { kind: 'delay', for: { days: 1 }, next: 'end' }, end: { kind: 'exit' } };
  const entry = { kind: 'activity', activity: 'act:cm:signed-up' };
  await transaction(rooms.db, (tx) =>
    rooms.journeys.publish(tx, rooms.ws, { name: 'Pause', entry, start: 'pause', shapes }, 'Anna'),
  );
  const crowd = Array.from({ length: CROWD }, (_, i) => `crowd${i}@example.com`);
  for (let i = 0; i < CROWD; i += 500) await signUp(crowd.slice(i, i + 500));
  rooms.clock.advance(DAY);
  await signUp(['late@example.com']);
  rooms.clock.advance(DAY);
  // All of the crowd since a day, and he since now.
  await signUp(['fresh@example.com']);
  const inside = await rooms.db.query<{ shape_id: string }>(
    `select shape_id from run r join person p on p.id = r.person_id where p.fields->>'str::email' = 'fresh@example.com'`,
  );
  assert.deepEqual(inside.rows, [{ shape_id: 'pause' }], 'who begins has begun, however many are due');

  const engine = rooms.journeys.start();
  await until('all but the fresh have left', async () => {
    const { rows } = await rooms.db.query<{ n: number }>('select count(*)::int as n from run where left_at is null');
    return rows[0]!.n === 1;
  });
  await engine.close();
  // Moves are numbered as they are written.
  const { rows } = await rooms.db.query<{ before: number; moves: number }>(
    `with ending as (
       select m.number, p.fields->>'str::email' as email
       from move m join run r on r.id = m.run_id join person p on p.id = r.person_id where m.did like 'left%'
     )
     select count(*) filter (where number < (select number from ending where email = 'late@example.com'))::int as before,
            count(*)::int as moves
     from ending`,
  );
  const { before, moves } = rows[0]!;
  assert.equal(moves, CROWD + 1, 'each left once');
  assert.ok(before <= CROWD / 2, `${before} of ${moves} went before him`);
});
