import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { createKey } from '../src/access/index.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/platform/clock.ts';
import { openForCommand } from '../src/platform/database/open.ts';
import { startTributary } from '../src/tributary.ts';
import { silent } from './support/database.ts';
import { until } from './support/until.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-one-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return join(folder, 'data');
}

test('a command that comes while another has the database started waits, and works with its own', async (t) => {
  const where = { dataDir: await folderFor(t), databaseUrl: undefined };
  const first = await openForCommand(where, silent);
  t.after(first.close);
  const coming = openForCommand(where, silent);
  // As long as it would take to borrow it.
  await Promise.race([coming, new Promise((resolve) => setTimeout(resolve, 500))]);
  await first.close();
  const second = await coming;
  t.after(second.close);
  const client = new pg.Client(second.connection);
  await client.connect();
  await client.query('select');
  await client.end();
});

test('a server that is told to stop says so at once to whoever wants its folder', async (t) => {
  const dataDir = await folderFor(t);
  const config = { ...readConfig({}), dataDir, port: 0 };
  const tributary = await startTributary(config, { clock: systemClock, log: silent });
  t.after(() => tributary.close());
  const owner = async (): Promise<string> => {
    const names = await readdir(join(dataDir, 'owner'));
    return readFile(join(dataDir, 'owner', names[0]!), 'utf8');
  };
  assert.match(await owner(), /"closing":false/);
  const { key } = await createKey(tributary.db, tributary.workspace, 'test', systemClock.now());
  // A request whose body takes its time, which is waited for.
  const { hostname, port } = new URL(tributary.url);
  const slow = connect(Number(port), hostname);
  slow.on('error', () => undefined);
  const head = ['POST /v1/person/merge HTTP/1.1', 'host: x', `x-api-key: ${key}`, 'content-type: application/json'];
  slow.write([...head, 'content-length: 2', '', '{'].join('\r\n'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closed = tributary.close();
  await until('the end is announced', async () => /"closing":true/.test(await owner()));
  // The request is still in hand.
  await tributary.db.query('select');
  slow.end('}');
  await closed;
});
