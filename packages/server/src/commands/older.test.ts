import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silent, type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { setReadOnly } from '../../test/support/read-only.ts';
import { urlOf } from '../../test/support/url-of.ts';
import { createKey, ensureWorkspace } from '../access/index.ts';
import { migrationState } from '../platform/database/migrate.ts';
import { openPool, transaction } from '../platform/database/pool.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  const now = new Date();
  const workspace = await transaction(database.db, (tx) => ensureWorkspace(tx, now, async () => undefined));
  await createKey(database.db, workspace, 'Website', now);
});
after(() => database?.close());

function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: urlOf(database.connection), LOG_LEVEL: 'silent' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test('a command that only looks reads a database that is read-only', async () => {
  await setReadOnly(database, true);
  const { code, out, err } = await run('keys', 'list');
  assert.match(out, /^1\tWebsite\t/, err);
  assert.equal(code, 0);
  await setReadOnly(database, false);
});

test('a command that only looks leaves an older database as it is, and says so', async () => {
  const db = openPool(database.connection, silent, 1);
  const { known } = await migrationState(db);
  await db.query('delete from migration where number = $1', [known]);
  const told = `this database is at migration ${known - 1}, and this code needs ${known}: "migrate" brings it there`;
  const { code, err } = await run('keys', 'list');
  assert.equal(code, 1);
  assert.ok(err.startsWith(`tributary: ${told}`), err);
  assert.match(err, /\(database_is_older\)\n$/);
  const { code: found, out } = await run('doctor');
  assert.equal(found, 1);
  assert.ok(out.includes(told), out);
  assert.equal((await migrationState(db)).applied, known - 1);
  await db.end();
});
