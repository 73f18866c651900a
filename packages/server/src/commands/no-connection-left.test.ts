import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testDatabase } from '../../test/support/database.ts';
import { urlOf } from '../../test/support/url-of.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

test('a PostgreSQL that has fewer connections left than a command takes is told of in a sentence', async (t) => {
  const database = await testDatabase();
  t.after(database.close);
  await database.db.query(`do $$ begin
    if not exists (select from pg_roles where rolname = 'scarce') then
      create role scarce login password 'scarce' connection limit 1;
    end if;
  end $$`);
  const url = urlOf({ ...database.connection, user: 'scarce', password: 'scarce' });
  const env = { ...process.env, DATABASE_URL: url, LOG_LEVEL: 'silent' };
  const { code, err } = await new Promise<{ code: number; err: string }>((resolve) => {
    execFile(process.execPath, [MAIN, 'keys', 'create', '--name', 'Website'], { env }, (error, _out, said) =>
      resolve({ code: error ? Number(error.code) : 0, err: said }),
    );
  });
  assert.equal(code, 1);
  assert.match(
    err,
    /^tributary: the PostgreSQL at .* has no connection left: raise its max_connections, or close others\n$/,
  );
});
