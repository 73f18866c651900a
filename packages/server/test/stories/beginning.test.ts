import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Tx, transaction } from '../../src/platform/database/pool.ts';
import type { Loop } from '../../src/platform/loop.ts';
import { heard, hearWhatWaits, recordedNews } from '../support/heard.ts';
import { openRooms, type TestRooms } from '../support/rooms.ts';
import { until } from '../support/until.ts';

let rooms: TestRooms;
before(async () => {
  rooms = await openRooms();
  await rooms.people.addDefinitions(
    rooms.ws,
    ['Signed up', 'Bought'].map((name) => ({
      name,
      touch: true,
      activityId: `act:cm:${name.toLowerCase().replace(' ', '-')}`,
    })),
  );
  await transaction(rooms.db, async (tx) => {
    await rooms.messages.putTemplate(tx, rooms.ws, 'Hello', { subject: 'Hello', html: '<p>Hello</p>' });
  });
});
after(() => rooms.close());

const hello = { kind: 'email', template: 'Hello', next: 'pause' };
const pause = { kind: 'delay', for: { days: 2 }, next: 'end' };

/** Puts on a journey of its own kind of activity that says hello and waits for two days; who buys leaves it. */
async function publish(name: string, change: { start?: string; shapes?: object } = {}): Promise<void> {
  await rooms.people.addDefinitions(rooms.ws, [{ name, touch: true, activityId: kindOf(name) }]);
  await transaction(rooms.db, (tx) =>
    rooms.journeys.publish(
      tx,
      rooms.ws,
      {
        name,
        entry: { kind: 'activity', activity: kindOf(name) },
        exits: [{ '$act::has_occurred': { field_id: 'act:cm:bought' } }],
        start: 'hello',
        ...change,
        shapes: { hello, pause, end: { kind: 'exit' }, ...change.shapes },
      },
      'Anna',
    ),
  );
}

const kindOf = (name: string): string => `act:cm:${name.toLowerCase()}`;

/** Somebody does something; nobody has heard of it yet. */
function does(email: string, activityId: string): Promise<unknown> {
  const item = { who: { by: ['str::email'] }, fields: { 'str::email': email }, source: 'Test' };
  return rooms.people.record(rooms.ws, [{ ...item, activity: { id: activityId, attributes: {} } }]);
}

/** Journeys hear what they have not heard yet, in this transaction. */
const hear = (tx: Tx): Promise<void> => hearWhatWaits(tx, rooms.journeys.hear);

/** Where the one run of a journey is, how many mails it asked for, and what timelines say of it. */
async function standing(tx: Pick<Tx, 'query'>, journey: string) {
  const { rows } = await tx.query<{ shape: string | null; left: string | null; due: boolean; mails: number }>(
    `select r.shape_id as shape, r.left_reason as left, coalesce(r.due_at <= $2, false) as due,
            (select count(*)::int from message m where m.run_id = r.id) as mails
     from run r join journey j on j.id = r.journey_id where j.name = $1`,
    [journey, rooms.clock.now()],
  );
  return rows;
}

async function withEngine(work: () => Promise<unknown>): Promise<void> {
  const engine: Loop = rooms.journeys.start();
  await work().finally(() => engine.close());
}

test('the first mail is asked for in the transaction that starts the run, and where that fails, nothing was', async () => {
  await publish('Atonce');
  await does('anna@example.com', kindOf('Atonce'));
  const failing = transaction(rooms.db, async (tx) => {
    await hear(tx);
    assert.deepEqual(await standing(tx, 'Atonce'), [{ shape: 'pause', left: null, due: false, mails: 1 }]);
    throw new Error('the power fails');
  });
  await assert.rejects(failing, /the power fails/);
  assert.deepEqual(await standing(rooms.db, 'Atonce'), []);
  await transaction(rooms.db, hear);
  assert.deepEqual(await standing(rooms.db, 'Atonce'), [{ shape: 'pause', left: null, due: false, mails: 1 }]);
});

test('heard again by many at once, nothing begins and no second mail is asked for', async () => {
  await publish('Again');
  await does('bo@example.com', kindOf('Again'));
  const pieces = await recordedNews(rooms.db);
  const hearings = Array.from({ length: 12 }, () =>
    transaction(rooms.db, (tx) => heard(tx, rooms.journeys.hear, [...pieces, ...pieces])),
  );
  await Promise.all(hearings);
  assert.deepEqual(await standing(rooms.db, 'Again'), [{ shape: 'pause', left: null, due: false, mails: 1 }]);
});

test('what somebody does while they enter is recorded after that, and the run hears of it', async () => {
  await publish('Meanwhile');
  await does('cleo@example.com', kindOf('Meanwhile'));
  let entered = false;
  let buying: Promise<unknown> | undefined;
  await transaction(rooms.db, async (tx) => {
    await hear(tx);
    buying = does('cleo@example.com', 'act:cm:bought').then(() => assert.ok(entered, 'it did not wait'));
    await until('it waits for her', async () => {
      const { rows } = await rooms.db.query(`select from pg_stat_activity where wait_event_type = 'Lock'`);
      return rows.length > 0;
    });
    entered = true;
  });
  await buying;
  assert.deepEqual(await standing(rooms.db, 'Meanwhile'), [{ shape: 'pause', left: null, due: false, mails: 1 }]);
  await transaction(rooms.db, hear);
  await withEngine(() => until('she has left', async () => (await standing(rooms.db, 'Meanwhile'))[0]!.left !== null));
  assert.equal((await standing(rooms.db, 'Meanwhile'))[0]!.left, 'exit rule');
});

test('what somebody did before they were let in counts: who has bought already gets no mail', async () => {
  await publish('Before');
  await does('dora@example.com', kindOf('Before'));
  await does('dora@example.com', 'act:cm:bought');
  await transaction(rooms.db, hear);
  assert.deepEqual(await standing(rooms.db, 'Before'), [{ shape: null, left: 'exit rule', due: false, mails: 0 }]);
});

test('while somebody changes the journey its runs stay due, and the engine moves them after', async () => {
  await publish('Changed');
  await does('eli@example.com', kindOf('Changed'));
  await transaction(rooms.db, async (other) => {
    await other.query(`select pg_advisory_xact_lock(7482030, id) from journey where name = 'Changed'`);
    await transaction(rooms.db, hear);
    assert.deepEqual(await standing(rooms.db, 'Changed'), [{ shape: null, left: null, due: true, mails: 0 }]);
  });
  await withEngine(() => until('he is on', async () => (await standing(rooms.db, 'Changed'))[0]!.shape === 'pause'));
  assert.deepEqual(await standing(rooms.db, 'Changed'), [{ shape: 'pause', left: null, due: false, mails: 1 }]);
});

for (const [what, name, change] of [
  [
    'a levelled split',
    'Levelled',
    {
      start: 'split',
      shapes: {
        split: {
          ...{ kind: 'split', level: true },
          branches: [
            { name: 'one', share: 50, next: 'hello' },
            { name: 'other', share: 50, next: 'pause' },
          ],
        },
      },
    },
  ],
  ['a step that one may have once', 'Counted', { shapes: { hello: { ...hello, perPerson: 'once' } } }],
] as const) {
  test(`a journey with ${what} is the engine's from its beginning`, async () => {
    await publish(name, change);
    await does('fay@example.com', kindOf(name));
    await transaction(rooms.db, hear);
    const [first] = await standing(rooms.db, name);
    assert.deepEqual(first, { shape: null, left: null, due: true, mails: 0 });
    await withEngine(() => until('she is on', async () => (await standing(rooms.db, name))[0]!.shape === 'pause'));
  });
}
