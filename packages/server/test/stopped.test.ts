import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { testDatabase } from './support/database.ts';
import { databaseProxy } from './support/database-proxy.ts';
import { until } from './support/until.ts';
import { urlOf } from './support/url-of.ts';

const SERVE = new URL('../src/commands/serve.ts', import.meta.url);
const CONFIG = new URL('../src/config.ts', import.meta.url);

/** The server in a process of its own, and what it says. */
async function served(t: TestContext, databaseUrl: string, finishMs: number) {
  const code = `
    import { serve } from ${JSON.stringify(SERVE)};
    import { readConfig } from ${JSON.stringify(CONFIG)};
    process.exitCode = await serve(readConfig(process.env), { finishMs: ${finishMs} });`;
  const env = { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'info' };
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk));
  return { child, said: () => said };
}

async function stop(child: ChildProcess): Promise<{ code: number; ms: number }> {
  const began = performance.now();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  return { code, ms: performance.now() - began };
}

const isUp = async ({ said }: { said(): string }) => until('it listens', () => /Tributary listens/.test(said()));

test('told to stop while the database says nothing any more, it ends all the same', { timeout: 120_000 }, async (t) => {
  const database = await testDatabase();
  const proxy = await databaseProxy(database.connection);
  t.after(async () => {
    await proxy.close();
    await database.close();
  });
  const server = await served(t, urlOf(proxy.connection), 80_000);
  await isUp(server);
  proxy.forget();
  const { code, ms } = await stop(server.child);
  assert.ok(ms < 75_000, `it took ${ms} ms`);
  assert.equal(code, 0, server.said());
});

test('told to stop while something does not finish, it ends when its time is up, and says what was left', async (t) => {
  const database = await testDatabase();
  t.after(database.close);
  const server = await served(t, urlOf(database.connection), 1500);
  await isUp(server);
  const holder = await database.db.connect();
  await holder.query('begin; lock table news');
  await until('the loop waits for it', async () => {
    const { rows } = await database.db.query(
      `select 1 from pg_locks where relation = 'news'::regclass and not granted`,
    );
    return rows.length > 0;
  });
  const { code } = await stop(server.child);
  await holder.query('rollback');
  holder.release();
  assert.equal(code, 1);
  const line = server
    .said()
    .split('\n')
    .find((one) => one.includes('not finished within'));
  const { left, level } = JSON.parse(line!) as { left: string[]; level: number };
  assert.deepEqual([level, left[0]], [50, 'news']);
});
