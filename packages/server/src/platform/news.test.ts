import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import { silent, type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { until } from '../../test/support/until.ts';
import { type MovableClock, movableClock } from './clock.ts';
import { openPool, type Tx, transaction } from './database/pool.ts';
import { createHearers, leave, newsWaiting } from './news.ts';
import { openPresence } from './presence.ts';

declare module './news.ts' {
  interface News {
    'test.said': { n: number };
    'test.sung': { n: number };
  }
}

describe('news', () => {
  let t: TestDatabase;
  let clock: MovableClock;
  const DAY = 24 * 3_600_000;

  before(async () => {
    t = await testDatabase();
    await t.db.query('create table heard (n int not null, by text not null)');
  });
  beforeEach(async () => {
    clock = movableClock();
    await t.db.query('truncate news, heard');
  });
  after(() => t.close());

  const say = (...numbers: number[]) =>
    transaction(t.db, async (tx) => {
      for (const n of numbers) leave(tx, clock.now(), 'test.said', { n });
    });
  /** Writes down what it hears, in the transaction it is given. */
  const writes =
    (by: string) =>
    async (tx: Tx, pieces: readonly { n: number }[]): Promise<void> => {
      await tx.query('insert into heard (n, by) select n, $2 from unnest($1::int[]) n', [pieces.map(({ n }) => n), by]);
    };
  const heard = async (): Promise<number[]> =>
    (await t.db.query<{ n: number }>('select n from heard order by n')).rows.map((row) => row.n);
  const waiting = async () => (await newsWaiting(t.db)).waiting;

  /** Another process that hears, for the length of a test. */
  async function hearing(test: TestContext, add: (hearers: ReturnType<typeof createHearers>) => void) {
    const db = openPool(t.connection, silent, 4);
    const presence = await openPresence(t.connection, silent);
    const hearers = createHearers({ db, presence, clock, log: silent });
    add(hearers);
    const loop = hearers.start();
    test.after(async () => {
      await loop.close();
      await presence.close();
      await db.end();
    });
    return loop;
  }

  test('is heard, in order, by everyone who hears its name and by nobody else', async (test) => {
    await say(1, 2, 3);
    await transaction(t.db, async (tx) => leave(tx, clock.now(), 'test.sung', { n: 9 }));
    const told: number[][] = [];
    await hearing(test, (hearers) => {
      hearers.hear('test.said', async (_tx, pieces) => void told.push(pieces.map(({ n }) => n)));
      hearers.hear('test.said', writes('a'));
      hearers.hear('test.sung', writes('b'));
    });
    await until('all is heard', async () => (await waiting()) === 0);
    assert.deepEqual(told, [[1, 2, 3]]);
    assert.deepEqual(await heard(), [1, 2, 3, 9]);
  });

  test('is heard although the clock was set back, also what was to wait a moment', async (test) => {
    await say(1, 2);
    await t.db.query(
      `update news set attempts = 3, not_before = not_before + interval '8 seconds' where payload->>'n' = '2'`,
    );
    clock.advance(-2 * 3_600_000);
    await hearing(test, (hearers) => hearers.hear('test.said', writes('a')));
    await until('all is heard', async () => (await waiting()) === 0);
    assert.deepEqual(await heard(), [1, 2]);
  });

  test('that nobody hears is kept, with the reason, and holds up no other', async (test) => {
    await transaction(t.db, async (tx) => leave(tx, clock.now(), 'test.sung', { n: 9 }));
    await say(1);
    await hearing(test, (hearers) => hearers.hear('test.said', writes('a')));
    await until('the other is heard', async () => (await waiting()) === 1);
    await until('it has been postponed', async () => (await newsWaiting(t.db)).failing === 1);
    assert.match((await newsWaiting(t.db)).lastError ?? '', /nobody hears the news "test\.sung"/);
    assert.deepEqual(await heard(), [1]);
  });

  test('left while somebody listens is heard at once, without waiting for the next look', async (test) => {
    await hearing(test, (hearers) => hearers.hear('test.said', writes('a')));
    // The first look finds nothing; the next by itself is a second away.
    await say(0);
    await until('it listens', async () => (await heard()).length === 1);
    const began = performance.now();
    for (let n = 1; n <= 20; n++) {
      await say(n);
      await until('it is heard', async () => (await heard()).length === n + 1, { everyMs: 1 });
    }
    assert.ok(performance.now() - began < 10_000, 'twenty looks, a second apart, would have been twenty seconds');
  });

  test('that was left in a transaction which failed was never left', async (test) => {
    await assert.rejects(
      transaction(t.db, async (tx) => {
        leave(tx, clock.now(), 'test.said', { n: 1 });
        throw new Error('it did not become true');
      }),
    );
    await say(2);
    await hearing(test, (hearers) => hearers.hear('test.said', writes('a')));
    await until('it is heard', async () => (await waiting()) === 0);
    assert.deepEqual(await heard(), [2]);
  });

  test('and what is made of it are one: where the hearer fails, both are as they were', async (test) => {
    await say(1);
    let tries = 0;
    await hearing(test, (hearers) => {
      hearers.hear('test.said', writes('a'));
      hearers.hear('test.said', async () => {
        tries += 1;
        throw new Error('no');
      });
    });
    await until('it has been postponed', async () => (await newsWaiting(t.db)).failing === 1);
    assert.deepEqual([await heard(), await newsWaiting(t.db)], [[], { waiting: 1, failing: 1, lastError: 'no' }]);
    assert.equal(tries, 2, 'once with the others, once alone');
  });

  test('that can not be acted on holds up no other, waits longer each time, and is heard once it can be', async (test) => {
    let broken = true;
    const said = Array.from({ length: 40 }, (_, i) => i);
    await say(...said);
    const loop = await hearing(test, (hearers) =>
      hearers.hear('test.said', async (tx, pieces) => {
        await writes('a')(tx, pieces);
        if (broken && pieces.some(({ n }) => n === 7)) throw new Error(`seven, try ${await attempts()}`);
      }),
    );
    const attempts = async (): Promise<number> =>
      (await t.db.query('select attempts from news')).rows[0]?.attempts ?? 0;
    const pause = async (): Promise<number> => {
      const { rows } = await t.db.query<{ at: Date }>('select not_before as at from news');
      return rows[0]!.at.getTime() - clock.now().getTime();
    };
    const others = said.filter((n) => n !== 7);
    await until('the others are heard', async () => (await heard()).length === others.length);
    await until('it is postponed', async () => (await attempts()) === 1);
    assert.deepEqual(await heard(), others);
    assert.ok((await pause()) <= 1000, 'the first pause is a second');
    for (let tried = 1; tried < 12; tried++) {
      clock.advance((await pause()) + 1);
      loop.nudge();
      await until('it was tried again', async () => (await attempts()) === tried + 1);
      const seconds = Math.min(2 ** tried, 600);
      assert.ok((await pause()) > (seconds - 10) * 1000 && (await pause()) <= seconds * 1000, `pause ${tried}`);
    }
    assert.match((await newsWaiting(t.db)).lastError ?? '', /^seven/);
    broken = false;
    clock.advance(DAY);
    loop.nudge();
    await until('all is heard', async () => (await waiting()) === 0);
    assert.deepEqual(await heard(), said);
  });

  test('of a lost connection is as if it had not been taken', async (test) => {
    let cut = false;
    await say(1, 2);
    await hearing(test, (hearers) =>
      hearers.hear('test.said', async (tx, pieces) => {
        await writes('a')(tx, pieces);
        if (cut) return;
        cut = true;
        await t.db.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = 'tributary' and state = 'idle in transaction'`,
        );
      }),
    );
    await until('all is heard', async () => (await waiting()) === 0);
    assert.deepEqual(await heard(), [1, 2]);
  });

  test('is heard once, however many processes hear', async (test) => {
    const said = Array.from({ length: 400 }, (_, i) => i);
    for (const name of ['one', 'two', 'three'])
      await hearing(test, (hearers) => hearers.hear('test.said', writes(name)));
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        for (let n = i * 40; n < i * 40 + 40; n += 8) await say(...said.slice(n, n + 8));
      }),
    );
    await until('all is heard', async () => (await waiting()) === 0);
    assert.deepEqual(await heard(), said);
  });

  test('of more pieces than are taken at once is heard to the last, in order', async (test) => {
    const said = Array.from({ length: 100 }, (_, i) => i);
    await say(...said);
    const told: number[] = [];
    await hearing(test, (hearers) =>
      hearers.hear('test.said', async (_tx, pieces) => void told.push(...pieces.map(({ n }) => n))),
    );
    await until('all is heard', async () => (await waiting()) === 0);
    assert.deepEqual(told, said);
  });
});
