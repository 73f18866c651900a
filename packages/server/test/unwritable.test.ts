import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { createKey } from '../src/access/index.ts';
import { doctor } from '../src/commands/doctor.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/platform/clock.ts';
import { startTributary } from '../src/tributary.ts';
import { silent, testDatabase } from './support/database.ts';
import { databaseProxy } from './support/database-proxy.ts';
import { setForAll } from './support/read-only.ts';
import { until } from './support/until.ts';
import { urlOf } from './support/url-of.ts';

/** A server whose database can fall silent. */
async function behindProxy(t: TestContext) {
  const database = await testDatabase();
  const proxy = await databaseProxy(database.connection);
  const config = { ...readConfig({}), databaseUrl: urlOf(proxy.connection), port: 0 };
  const tributary = await startTributary(config, { clock: systemClock, log: silent });
  t.after(async () => {
    await tributary.close();
    await proxy.close();
    await database.close();
  });
  return { proxy, tributary };
}

test('a database that answers and does not write is not ready, and a write is to be tried again', async (t) => {
  const database = await testDatabase();
  t.after(database.close);
  const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0 };
  const tributary = await startTributary(config, { clock: systemClock, log: silent });
  t.after(tributary.close);
  const { key } = await createKey(tributary.db, tributary.workspace, 'test', systemClock.now());
  const ready = async () => {
    const answer = await fetch(`${tributary.url}/readyz`);
    return { status: answer.status, body: (await answer.json()) as { status: string; database?: string } };
  };
  const become = (setting: string) => setForAll(database, setting, { end: true });
  const merge = () =>
    fetch(`${tributary.url}/v1/person/merge`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ people: [{ fields: { 'str::email': 'anna@example.com' } }], merge_by: ['str::email'] }),
    });
  assert.deepEqual(await ready(), { status: 200, body: { status: 'ready' } });

  await become('default_transaction_read_only = on');
  await until('read-only', async () => (await ready()).body.database === 'it is read-only');
  assert.deepEqual(await ready(), { status: 503, body: { status: 'not ready', database: 'it is read-only' } });
  const refused = await merge();
  const { code, error } = (await refused.json()) as { code: number; error: string };
  assert.deepEqual(
    [refused.status, refused.headers.get('retry-after'), code, error],
    [503, '1', 503, 'The database is not available at the moment: try again'],
  );

  await become('default_transaction_read_only = off');
  await until('ready again', async () => (await ready()).status === 200);
  assert.equal((await merge()).status, 200);

  // As on a full disk, what has no room in memory has none elsewhere.
  await become('temp_file_limit = 0');
  await until('no room', async () => /temp_file_limit/.test((await ready()).body.database ?? ''));
  assert.equal((await ready()).status, 503);
});

test('a database that does not answer any more is not ready, and whoever asks is told so', async (t) => {
  const { proxy, tributary } = await behindProxy(t);
  const ready = async () => {
    const answer = await fetch(`${tributary.url}/readyz`, { signal: AbortSignal.timeout(10_000) });
    return { status: answer.status, body: await answer.json() };
  };
  assert.equal((await ready()).status, 200);
  proxy.forget();
  const answers = await Promise.all([ready(), ready()]);
  const told = { status: 503, body: { status: 'not ready', database: 'it does not answer' } };
  assert.deepEqual(answers, [told, told]);
  proxy.cut();
  proxy.mend();
  await until('ready again', async () => (await ready()).status === 200);
});

test('a request while the database says nothing is answered all the same, and all goes on once it is back', async (t) => {
  const { proxy, tributary } = await behindProxy(t);
  const { key } = await createKey(tributary.db, tributary.workspace, 'test', systemClock.now());
  const merge = async () => {
    const answer = await fetch(`${tributary.url}/v1/person/merge`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ people: [{ fields: { 'str::email': 'anna@example.com' } }], merge_by: ['str::email'] }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: (await answer.json()) as { error?: string; people?: { status: string }[] } };
  };
  assert.equal((await merge()).body.people?.[0]?.status, 'created');
  proxy.forget();
  for (const { status, body } of await Promise.all([merge(), merge(), merge()]))
    assert.deepEqual([status, body.error], [503, 'The database is not available at the moment: try again']);
  proxy.mend();
  await until('requests are taken again', async () => (await merge()).body.people?.[0]?.status === 'merged');
});

test('a password that is changed while it runs makes it unready, and a request is to be tried again', async (t) => {
  const database = await testDatabase();
  const closers: (() => Promise<unknown>)[] = [database.close];
  t.after(async () => {
    for (const close of closers.reverse()) await close();
  });
  const user = `moved_${process.pid}`;
  await database.db.query(`create role ${user} superuser login password 'first'`);
  closers.push(() => database.db.query(`drop owned by ${user}; drop role ${user}`));
  const databaseUrl = urlOf({ ...database.connection, user, password: 'first' });
  const config = { ...readConfig({}), databaseUrl, port: 0 };
  const tributary = await startTributary(config, { clock: systemClock, log: silent });
  closers.push(tributary.close);
  const { key } = await createKey(tributary.db, tributary.workspace, 'test', systemClock.now());
  await database.db.query(`alter role ${user} password 'second'`);
  const asked = () =>
    fetch(`${tributary.url}/v1/person/merge`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ people: [{ fields: { 'str::email': 'anna@example.com' } }], merge_by: ['str::email'] }),
    });
  const answers = new Set<number>();
  await until('the old password is no longer taken', async () => {
    // Each time: one may be about to begin, and was let in by the password before.
    await database.db.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
    const { status } = await asked();
    answers.add(status);
    return status >= 500;
  });
  answers.add((await asked()).status);
  assert.ok(!answers.has(500), [...answers].join());
  await database.db.query(`alter role ${user} password 'first'`);
  await until('it works again', async () => (await asked()).status === 200);
});

test('a folder in which nothing can be kept is told of at the start, and by doctor', async (t) => {
  const database = await testDatabase();
  t.after(database.close);
  const dataDir = '/dev/null/data';
  const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0, dataDir };
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
  const tributary = await startTributary(config, { clock: systemClock, log });
  await tributary.close();
  const why = `nothing can be kept in ${dataDir} (ENOTDIR)`;
  assert.ok(
    said.some((line) => line.includes(why)),
    said.join(''),
  );
  const out = mock.method(console, 'log', () => undefined);
  t.after(() => out.mock.restore());
  assert.equal(await doctor({ ...config, logLevel: 'silent' }), 1);
  const lines = out.mock.calls.map(({ arguments: [line] }) => String(line));
  assert.ok(
    lines.some((line) => line.startsWith(`WRONG  ${why}`)),
    lines.join(),
  );
});
