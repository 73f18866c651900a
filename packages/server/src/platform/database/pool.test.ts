import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { type Db, isTriedAgain, openPool, send, sendNew, type Tx, transaction } from './pool.ts';

describe('a transaction', () => {
  let t: TestDatabase;
  let db: Db;

  before(async () => {
    t = await testDatabase();
    db = openPool(t.connection, silent, 6);
    await db.query('create table note (id int primary key, text text not null)');
  });
  beforeEach(async () => {
    await db.query(`truncate note; insert into note values (1, ''), (2, '')`);
  });
  after(async () => {
    await db.end();
    await t.close();
  });

  const write = (tx: Tx, id: number, text: string) =>
    tx.query('update note set text = text || $2 where id = $1', [id, text]);
  const notes = async (): Promise<string[]> =>
    (await db.query<{ text: string }>('select text from note order by id')).rows.map((row) => row.text);

  test('holds what was done in it, and gives back what its work returns', async () => {
    assert.equal(await transaction(db, async (tx) => (await write(tx, 1, 'a')).rowCount), 1);
    assert.deepEqual(await notes(), ['a', '']);
  });

  test('leaves nothing behind when its work fails, and is not tried again', async () => {
    let tries = 0;
    const work = async (tx: Tx): Promise<void> => {
      tries += 1;
      await write(tx, 1, 'a');
      throw new Error('no');
    };
    await assert.rejects(transaction(db, work), /^Error: no$/);
    assert.deepEqual([tries, await notes()], [1, ['', '']]);
  });

  test('what a statement refuses is not tried again either', async () => {
    let tries = 0;
    await assert.rejects(
      transaction(db, async (tx) => {
        tries += 1;
        await tx.query(`insert into note values (1, 'twice')`);
      }),
      { code: '23505' },
    );
    assert.equal(tries, 1);
  });

  test('fails with what failed first, not with what a statement behind it heard of that', async () => {
    const work = async (tx: Tx): Promise<void> => {
      const first = tx.query(`insert into note values (1, 'twice')`);
      send(tx, { text: 'select 1' });
      await first;
    };
    await assert.rejects(transaction(db, work), { code: '23505' });
  });

  test('two that lock in opposite order both get their way: the loser of the deadlock starts over', async () => {
    let tries = 0;
    const firstOf: (() => void)[] = [];
    /** Both hold their first row before either asks for its second. */
    const together = (): Promise<void> =>
      new Promise((resolve) => {
        firstOf.push(resolve);
        if (firstOf.length >= 2) for (const go of firstOf) go();
      });
    const both = (first: number, second: number, text: string) =>
      transaction(db, async (tx) => {
        tries += 1;
        await write(tx, first, text);
        await together();
        await write(tx, second, text);
      });
    await Promise.all([both(1, 2, 'a'), both(2, 1, 'b')]);
    assert.ok(tries >= 3, 'one of them started over');
    for (const text of await notes()) assert.match(text, /^(ab|ba)$/, 'each was written once');
  });

  test('work that says it lost a race starts over, in a new transaction', async () => {
    let tries = 0;
    await transaction(db, async (tx) => {
      tries += 1;
      await write(tx, 1, `${tries}`);
      if (tries < 3) throw Object.assign(new Error('lost'), { code: '40001' });
    });
    assert.deepEqual(await notes(), ['3', '']);
  });

  test('but not for ever', async () => {
    let tries = 0;
    await assert.rejects(
      transaction(db, async () => {
        tries += 1;
        throw Object.assign(new Error('lost'), { code: '40P01' });
      }),
      /lost/,
    );
    assert.equal(tries, 5);
  });

  test('that sends something new begins again where that is there already, and knows', async () => {
    const add = (tx: Tx, id: number): void =>
      sendNew(tx, { text: `insert into note values ($1, 'new')`, values: [id] });
    let tries = 0;
    await transaction(db, async (tx) => {
      tries += 1;
      await write(tx, 2, 'a');
      if (isTriedAgain(tx)) return;
      add(tx, 1);
      // What comes after it hears only that the transaction was aborted.
      await write(tx, 2, 'never');
    });
    assert.deepEqual([tries, await notes()], [2, ['', 'a']]);
    await transaction(db, async (tx) => add(tx, 3));
    assert.deepEqual(await notes(), ['', 'a', 'new']);
    const wrong = transaction(db, async (tx) => sendNew(tx, { text: 'insert into note values (4, null)' }));
    await assert.rejects(wrong, { code: '23502' }, 'another reason is no reason to try again');
  });

  test('that has failed takes nothing more from what goes on beside it', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const work = async (tx: Tx): Promise<void> => {
      const goesOn = async (): Promise<void> => {
        await write(tx, 1, 'a');
        await new Promise((resolve) => setTimeout(resolve, 50));
        await write(tx, 2, 'after its end');
      };
      late = assert.rejects(goesOn(), /^Error: this transaction is over$/);
      await write(tx, 2, 'b');
      throw new Error('no');
    };
    await assert.rejects(transaction(db, work), /^Error: no$/);
    await late;
    assert.deepEqual(await notes(), ['', '']);
  });

  test('whose connection is cut fails, and the next one gets another connection', async () => {
    const work = async (tx: Tx): Promise<void> => {
      await write(tx, 1, 'a');
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await db.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await write(tx, 2, 'a');
    };
    await assert.rejects(transaction(db, work), (error) => error instanceof pg.DatabaseError || error instanceof Error);
    assert.deepEqual(await notes(), ['', '']);
    for (let i = 0; i < 6; i++) await transaction(db, (tx) => write(tx, 2, 'x'));
    assert.deepEqual(await notes(), ['', 'xxxxxx']);
    assert.ok(db.totalCount <= 6 && db.waitingCount === 0, 'no connection is left behind');
  });

  test('of which there are more than the server gives connections wait for those that there are', async (test) => {
    const role = `few_${process.pid}`;
    await t.db.query(`create role ${role} login password 'few' connection limit 2`);
    const few = openPool({ ...t.connection, user: role, password: 'few' }, silent, 8);
    test.after(async () => {
      await few.end();
      await t.db.query(`drop role ${role}`);
    });
    for (let round = 0; round < 3; round++) {
      const all = Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0 ? few.query('select pg_sleep(0.01)') : transaction(few, (tx) => tx.query('select 1')),
      );
      assert.equal((await Promise.all(all)).length, 20);
    }
    assert.ok(few.totalCount <= 2);
  });

  test('and are told so where there is none at all', async (test) => {
    const role = `none_${process.pid}`;
    await t.db.query(`create role ${role} login password 'none' connection limit 0`);
    const none = openPool({ ...t.connection, user: role, password: 'none' }, silent, 8);
    test.after(async () => {
      await none.end();
      await t.db.query(`drop role ${role}`);
    });
    await assert.rejects(Promise.all([none.query('select 1'), none.query('select 1')]), { code: '53300' });
  });

  test('connections that break while nobody uses them are replaced', async () => {
    await db.query('select 1');
    await t.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    // One that has not been told yet may still be handed out; what comes after it is whole.
    await transaction(db, (tx) => write(tx, 1, 'a')).catch(() => transaction(db, (tx) => write(tx, 1, 'a')));
    assert.deepEqual(await notes(), ['a', '']);
  });
});
