import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silent, type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { databaseProxy } from '../../test/support/database-proxy.ts';
import { until } from '../../test/support/until.ts';
import { deadAmong, notify, openPresence, type Presence } from './presence.ts';

const CHILD = fileURLToPath(new URL('./test/process.ts', import.meta.url));

describe('processes', () => {
  let t: TestDatabase;
  before(async () => {
    t = await testDatabase();
  });
  after(() => t.close());

  const open = async (test: TestContext): Promise<Presence> => {
    const presence = await openPresence(t.connection, silent);
    test.after(presence.close);
    return presence;
  };
  const dead = (...processes: number[]) => deadAmong(t.db, processes, true);
  const signal = (name: string, of?: Date) => t.db.query(notify(name, of));
  /** Cuts the connections of those who are present; other connections stay. */
  const cut = (but = 0) =>
    t.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'tributary presence' and pid <> $1`,
      [but],
    );

  test('have a number each, and those that live are not found dead', async (test) => {
    const [one, two] = [await open(test), await open(test)];
    assert.notEqual(one.process, two.process);
    assert.deepEqual(await dead(one.process, two.process), []);
    assert.deepEqual(await dead(), []);
  });

  test('that were closed are found dead, the others not', async (test) => {
    const [one, two] = [await open(test), await open(test)];
    await one.close();
    await until('it is found dead', async () => (await dead(one.process, two.process)).length > 0);
    assert.deepEqual(await dead(one.process, two.process), [one.process]);
    assert.deepEqual(await dead(one.process), [one.process], 'looking does not bring it to life');
  });

  test('that were killed are found dead, however they ended', async (test) => {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(t.connection)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    test.after(() => child.kill('SIGKILL'));
    const number = Number(String((await once(child.stdout, 'data'))[0]));
    assert.ok(number > 0);
    assert.deepEqual(await dead(number), []);
    child.kill('SIGKILL');
    await until('it is found dead', async () => (await dead(number)).includes(number));
  });

  test('of which none has a number that was never given: it is dead, too', async () => {
    assert.deepEqual(await dead(2_000_000_000), [2_000_000_000]);
  });

  test('are not called dead right after the database has started, unless nobody else can be there', async () => {
    const age = async (): Promise<number> =>
      (await t.db.query('select extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float as age'))
        .rows[0].age;
    const [before, found, later] = [await age(), await deadAmong(t.db, [2_000_000_001], false), await age()];
    if (later < 10) assert.deepEqual(found, []);
    if (before > 10) assert.deepEqual(found, [2_000_000_001]);
    assert.deepEqual(await deadAmong(t.db, [2_000_000_001], true), [2_000_000_001]);
  });

  test('hear each other’s signals by name, once the transaction has committed', async (test) => {
    const presence = await open(test);
    const heard: string[] = [];
    for (const name of ['news', 'run', 'end']) presence.on(name, () => heard.push(name));
    presence.on('news', () => heard.push('news, too'));
    const client = await t.db.connect();
    await client.query('begin');
    await client.query(notify('news'));
    await client.query('rollback');
    client.release();
    await signal('run');
    await signal('nobody listens');
    await signal('news');
    await signal('end');
    await until('the last signal has come', () => heard.includes('end'));
    assert.deepEqual(heard, ['run', 'news', 'news, too', 'end']);
  });

  test('hear of which moment a signal is, where it is of one', async (test) => {
    const presence = await open(test);
    const heard: (Date | undefined)[] = [];
    presence.on('run', (of) => heard.push(of));
    const moment = new Date('2026-11-26T09:30:00.123Z');
    await signal('run', moment);
    await signal('run');
    await until('both have come', () => heard.length === 2);
    assert.deepEqual(heard, [moment, undefined]);
  });

  test('one of two leads, and goes on to, until it ends; matters are led apart', async (test) => {
    const [one, two] = [await open(test), await open(test)];
    assert.equal(await one.leads(1), true);
    assert.equal(await two.leads(1), false);
    assert.equal(await one.leads(1), true);
    assert.equal(await two.leads(2), true);
    assert.equal(await one.leads(2), false);
    await one.close();
    await until('the other leads', () => two.leads(1));
  });

  test('of twenty that want to lead at once, one does', async (test) => {
    const all = await Promise.all(Array.from({ length: 20 }, () => open(test)));
    const leading = await Promise.all(all.map((presence) => presence.leads(3)));
    assert.equal(leading.filter(Boolean).length, 1);
  });

  test('whose connection is cut come back as the same, having missed what they missed', async (test) => {
    const presence = await open(test);
    assert.equal(await presence.leads(4), true);
    const heard: string[] = [];
    presence.on('news', () => heard.push('news'));
    presence.on('run', () => heard.push('run'));
    await cut();
    await until('it was told that it may have missed something', () => heard.length === 2);
    assert.deepEqual(heard, ['news', 'run']);
    assert.deepEqual(await dead(presence.process), [], 'it has taken its lock again');
    await signal('news');
    await until('it hears again', () => heard.length === 3);
  });

  test('that lose the database no longer lead, and another can', async (test) => {
    const [one, two] = [await open(test), await open(test)];
    assert.equal(await one.leads(5), true);
    const { rows } = await t.db.query(
      `select pid from pg_locks where locktype = 'advisory' and classid = 7482001 and objid = $1`,
      [two.process],
    );
    await cut(rows[0].pid);
    await until('the other leads', () => two.leads(5));
    await until('the first is back', async () => (await dead(one.process)).length === 0);
    assert.equal(await one.leads(5), false);
  });

  test('whom a firewall forgets notice, and take back from their former selves what they held', async (test) => {
    const proxy = await databaseProxy(t.connection);
    const presence = await openPresence(proxy.connection, silent);
    test.after(async () => {
      await presence.close();
      await proxy.close();
    });
    assert.equal(await presence.leads(6), true);
    proxy.forget();
    await until('it has noticed', () => !presence.present);
    assert.equal(await presence.leads(6), false);
    proxy.mend();
    await until('it is back', () => presence.present);
    assert.deepEqual(await dead(presence.process), []);
    await until('it leads again', () => presence.leads(6));
  });

  test('whom a firewall forgets while they come back try again', async (test) => {
    const proxy = await databaseProxy(t.connection);
    const presence = await openPresence(proxy.connection, silent);
    test.after(async () => {
      await presence.close();
      await proxy.close();
    });
    const holder = await t.db.connect();
    await cut();
    await holder.query('select pg_advisory_lock(7482001, $1)', [presence.process]);
    await until('it waits for its lock', async () => {
      const { rows } = await t.db.query(
        `select 1 from pg_locks where locktype = 'advisory' and classid = 7482001 and objid = $1 and not granted`,
        [presence.process],
      );
      return rows.length === 1;
    });
    proxy.forget();
    await holder.query('select pg_advisory_unlock_all()');
    holder.release();
    proxy.mend();
    await until('it is back', () => presence.present, { withinMs: 40_000 });
  });

  test('closed while they come back leave no connection behind', async () => {
    const presence = await openPresence(t.connection, silent);
    const count = async (): Promise<number> =>
      (
        await t.db.query(
          `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'tributary presence'`,
        )
      ).rows[0].n;
    await until('the others are gone', async () => (await count()) === 1);
    // Somebody holds its lock, so that it is still on its way when it is closed.
    const holder = await t.db.connect();
    await cut();
    await holder.query('select pg_advisory_lock(7482001, $1)', [presence.process]);
    await until('it is on its way back', async () => (await count()) === 1);
    await presence.close();
    await holder.query('select pg_advisory_unlock_all()');
    holder.release();
    await until('nobody is there', async () => (await count()) === 0);
  });
});
