import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataFolderInUse, startEmbedded } from './index.ts';
import { birthOf, signal as kill } from './processes.ts';
import {
  afterwards,
  answers,
  childrenOf,
  hold,
  parentOf,
  postmasterOn,
  processesOn,
  query,
  temporaryFolder,
  until,
  usedFolder,
} from './test/support.ts';

const log = () => undefined;
const skip = process.platform === 'linux' ? false : 'looks into /proc';

// Each has a folder of its own, and waits for the disk most of the time.
describe('whatever is killed', { concurrency: 3 }, () => {
  test('however our process ends, the server goes with it, and what was answered is there at the next start', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    let rows = 0;
    for (const end of ['SIGKILL', 'SIGTERM', 'SIGKILL', 'nothing to do'] as const) {
      const holder = hold(t, { dataDir, brief: end === 'nothing to do' });
      const connection = await holder.ready();
      if (end !== 'nothing to do') {
        await query(connection, 'create table if not exists kept (n int)');
        await query(connection, `insert into kept values (${rows++})`);
        holder.process.kill(end);
      }
      await holder.ended;
      const ms = await until(`${end}: no process left`, async () => (await processesOn(dataDir)).length === 0, 20_000);
      t.diagnostic(`${end}: the server was gone ${ms} ms later`);
    }
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    assert.deepEqual(await query(db.connection, 'select count(*)::int as n from kept'), [{ n: rows }]);
  });

  test('a successor started at the moment of the kill is not in its way', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    let holder = hold(t, { dataDir });
    for (let turn = 0; turn < 5; turn++) {
      await holder.ready();
      holder.process.kill('SIGKILL');
      holder = hold(t, { dataDir });
    }
    assert.ok(await answers(await holder.ready()));
  });

  test('Ctrl-C reaches us and not the server: there is time to finish', { skip }, async (t) => {
    const dataDir = await usedFolder(t);
    const holder = hold(t, { dataDir, tidy: true }, { detached: true });
    await holder.ready();
    // What a terminal does: the signal goes to everybody in the process group.
    process.kill(-holder.process.pid, 'SIGINT');
    assert.deepEqual(await holder.says('got'), { got: 'SIGINT', answer: { one: 1 } });
    await holder.ended;
    assert.deepEqual(await processesOn(dataDir), []);
  });

  test('a killed postmaster comes back at the same address, though a backend of it goes on computing', async (t) => {
    const dataDir = await usedFolder(t);
    const said: string[] = [];
    const db = await startEmbedded({ dataDir, log: (msg) => said.push(msg) });
    afterwards(t, db.close);
    const pool = new pg.Pool(db.connection);
    pool.on('error', () => undefined);
    afterwards(t, () => pool.end());
    await pool.query('create table kept as select 1 as one');
    const started = (await pool.query('select pg_postmaster_start_time() as since')).rows[0].since as Date;
    const busy = query(db.connection, 'select sum(n) from generate_series(1, 1e12) as n').catch(
      (error: Error) => error,
    );
    await sleep(100);

    const before = await processesOn(dataDir);
    kill(await postmasterOn(dataDir), 'SIGKILL');
    // For a moment the old backends still answer.
    const serving = () =>
      pool.query('select one, pg_postmaster_start_time() as since from kept').then(
        ({ rows }) => rows[0].since > started,
        () => false,
      );
    const ms = await until('the pool works again', serving, 10_000);
    t.diagnostic(`serving again after ${ms} ms`);
    assert.ok((await busy) instanceof Error);
    const after = await processesOn(dataDir);
    assert.ok(!before.some(({ pid }) => after.some((now) => now.pid === pid)), 'nothing of the old server is left');
    await until('it says so', async () => said.includes('PostgreSQL is back'), 20_000);
  });

  test('closed at whatever moment of coming back, it stops at once', async (t) => {
    const dataDir = await usedFolder(t);
    for (const delay of [0, 8, 16, 32, 64, 128]) {
      const restarting = Promise.withResolvers<void>();
      const db = await startEmbedded({
        dataDir,
        log: (msg) => {
          if (msg.startsWith('PostgreSQL ended under us')) restarting.resolve();
        },
      });
      afterwards(t, db.close);
      kill(await postmasterOn(dataDir), 'SIGKILL');
      await restarting.promise;
      await sleep(delay);
      const began = performance.now();
      await db.close();
      const took = Math.round(performance.now() - began);
      // A stop that waits for somebody is given ten seconds, then twenty.
      assert.ok(took < 9_000, `closing took ${took} ms, ${delay} ms after the crash`);
      assert.deepEqual(await processesOn(dataDir), []);
    }
  });

  test('a killed guard costs a restart, not the server', { skip }, async (t) => {
    const dataDir = await usedFolder(t);
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    const first = await postmasterOn(dataDir);
    kill(await parentOf(first), 'SIGKILL');
    const another = async () => (await postmasterOn(dataDir).catch(() => first)) !== first;
    await until('another postmaster serves', async () => (await another()) && answers(db.connection), 10_000);
  });

  test('a server that lost us and its guard at once is found and stopped by the next start', { skip }, async (t) => {
    const dataDir = await usedFolder(t);
    const holder = hold(t, { dataDir });
    await holder.ready();
    const orphan = await postmasterOn(dataDir);
    const guard = await parentOf(orphan);
    const guards = [guard, ...(await childrenOf(guard)).filter((pid) => pid !== orphan)];
    for (const pid of [...guards, holder.process.pid]) kill(pid, 'SIGSTOP');
    for (const pid of [...guards, holder.process.pid]) kill(pid, 'SIGKILL');
    await holder.ended;
    assert.equal(await postmasterOn(dataDir), orphan, 'it lives on');

    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    assert.notEqual(await postmasterOn(dataDir), orphan);
    assert.equal(await birthOf(orphan), undefined);
  });

  test('a postmaster that is dead but not buried does not hold up the next start', { skip }, async (t) => {
    const dataDir = await usedFolder(t);
    const holder = hold(t, { dataDir });
    await holder.ready();
    const postmaster = await postmasterOn(dataDir);
    const guard = await parentOf(postmaster);
    kill(guard, 'SIGSTOP');
    afterwards(t, () => kill(guard, 'SIGKILL'));
    kill(postmaster, 'SIGKILL');
    holder.process.kill('SIGKILL');
    await holder.ended;
    assert.ok(process.kill(postmaster, 0), 'its pid is still taken');

    const began = performance.now();
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    t.diagnostic(`recovered in ${Math.round(performance.now() - began)} ms`);
    assert.ok(process.kill(postmaster, 0), 'and was so all the while');
  });

  test('a pid file that names a stranger does not hold up the next start', { skip }, async (t) => {
    const dataDir = await usedFolder(t);
    const holder = hold(t, { dataDir });
    await holder.ready();
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const [, ...rest] = (await readFile(file, 'utf8')).split('\n');
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    holder.process.kill('SIGKILL');
    await until('the server is gone', async () => (await processesOn(dataDir)).length === 0, 20_000);
    // Of the server's own user, as in a container: PostgreSQL disregards a pid that it may not signal.
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    await once(stranger, 'spawn');
    afterwards(t, () => stranger.kill('SIGKILL'));
    await writeFile(file, [stranger.pid, ...rest].join('\n'));

    const began = performance.now();
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    assert.ok(performance.now() - began < 9_000, 'it waited for a stranger');
    assert.ok(await answers(db.connection));
  });

  test('a second owner is told who the first is; one that leaves is waited for', async (t) => {
    const dataDir = await usedFolder(t);
    const first = hold(t, { dataDir, tidy: true });
    const connection = await first.ready();
    await assert.rejects(startEmbedded({ dataDir, log }), (error) => {
      assert.ok(error instanceof DataFolderInUse);
      assert.match(error.message, new RegExp(`in use by process ${first.process.pid}\\. Stop that one first`));
      return true;
    });
    assert.ok(await answers(connection), 'the first did not notice');
    const second = startEmbedded({ dataDir, log });
    await sleep(500);
    first.process.kill('SIGTERM');
    const db = await second;
    afterwards(t, db.close);
    assert.ok(await answers(db.connection));
  });

  /** A database that was killed six times, each time as soon as it was back; and what it said. */
  async function killedSixTimes(t: TestContext) {
    const dataDir = await usedFolder(t);
    const said: string[] = [];
    const isBack = (times: number) =>
      until(
        `it is back ${times} times`,
        async () => said.filter((msg) => msg === 'PostgreSQL is back').length === times,
        20_000,
      );
    const db = await startEmbedded({ dataDir, log: (msg) => said.push(msg) });
    afterwards(t, db.close);
    for (let turn = 0; turn < 6; turn++) {
      await isBack(turn);
      kill(await postmasterOn(dataDir), 'SIGKILL');
    }
    return { db, said, isBack };
  }

  test('a server that dies again and again is started again each time, after a pause at last', async (t) => {
    const { db, said, isBack } = await killedSixTimes(t);
    await isBack(6);
    assert.ok(await answers(db.connection));
    assert.deepEqual(
      said.filter((msg) => msg.includes('pause')),
      ['PostgreSQL ended 6 times within a minute; a pause comes before the next start'],
    );
  });

  test('closing does not wait for the pause between two starts', async (t) => {
    const { db, said } = await killedSixTimes(t);
    await until('it pauses', async () => said.some((msg) => msg.includes('pause')), 10_000);
    const began = performance.now();
    await db.close();
    assert.ok(performance.now() - began < 1_500);
  });
});
