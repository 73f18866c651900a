import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { type DatabaseProxy, databaseProxy } from '../../../test/support/database-proxy.ts';
import { until } from '../../../test/support/until.ts';
import { isNotNow } from './not-now.ts';
import { type Db, openPool, transaction } from './pool.ts';
import { streamOf } from './stream.ts';

const LOOK_EVERY_MS = 100;

describe('connections to a database that says nothing any more', { timeout: 60_000 }, () => {
  let t: TestDatabase;
  let proxy: DatabaseProxy;
  let db: Db;

  beforeEach(async () => {
    t = await testDatabase();
    proxy = await databaseProxy(t.connection);
    db = openPool(proxy.connection, silent, 3, { lookEveryMs: LOOK_EVERY_MS });
    await db.query('create table note (id int primary key)');
  });
  afterEach(async () => {
    if (!db.ended) await db.end();
    await proxy.close();
    await t.close();
  });

  test('are given up: who waits is told, and goes on by itself once it is back', async () => {
    let tries = 0;
    const work = transaction(db, async (tx) => {
      tries += 1;
      await tx.query('insert into note values (1)');
      proxy.forget();
      await tx.query('insert into note values (2)');
    });
    await assert.rejects(work, isNotNow);
    await assert.rejects(db.query('select 1'), isNotNow);
    proxy.mend();
    const { rows } = await db.query('select * from note');
    assert.deepEqual([rows, tries], [[], 1], 'nothing of it was kept, and it was not tried by itself');
  });

  test('that a firewall has forgotten, one by one, while others are well', async () => {
    const lent = await db.connect();
    proxy.forget();
    proxy.mend();
    await assert.rejects(lent.query('select 1'), isNotNow);
    lent.release();
    assert.equal((await db.query('select 1')).rowCount, 1);
  });

  test('but not those on which it is at work, or waits for a lock, however long that takes', async () => {
    const holder = await t.db.connect();
    await holder.query('begin; lock table note');
    const slow = db.query('select pg_sleep(2)');
    const waiting = db.query('select * from note');
    await sleep(20 * LOOK_EVERY_MS);
    await holder.query('commit');
    holder.release();
    assert.deepEqual([(await slow).rowCount, (await waiting).rowCount], [1, 0]);
  });

  test('are closed without its goodbye', async () => {
    const client = await db.connect();
    client.release();
    proxy.forget();
    await db.end();
    await until('nothing of it is left, which would keep the process', () => streamOf(client).destroyed);
  });

  test('and what we hold there is let go where it is us who vanish', async () => {
    const { rows } = await db.query('show idle_in_transaction_session_timeout');
    assert.deepEqual(rows, [{ idle_in_transaction_session_timeout: '1min' }]);
  });
});
