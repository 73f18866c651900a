import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { answerTo } from '../../test/support/mails.ts';
import { urlOf } from '../../test/support/url-of.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

describe('the command "messages receive"', () => {
  let database: TestDatabase;
  let folder: string;
  before(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'tributary-receive-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await database.close();
  });

  const run = (files: string[], input: string | Buffer, url = urlOf(database.connection)) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = { ...process.env, DATABASE_URL: url };
      const child = execFile(process.execPath, [MAIN, 'messages', 'receive', ...files], { env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
      child.stdin?.end(input);
    });
  const mail = answerTo('<a@b.example>');

  test('takes a mail from standard input, as a mail server pipes it', async () => {
    assert.deepEqual(await run([], mail), { code: 0, out: 'unrelated\n', err: '' });
  });

  test('takes files, and goes on after one that is none: it ends with 65', async () => {
    const [good, bad, missing] = ['good.eml', 'bad.eml', 'missing.eml'].map((name) => join(folder, name));
    await writeFile(good!, mail);
    await writeFile(bad!, 'no mail');
    const { code, out, err } = await run([bad!, missing!, good!], '');
    assert.deepEqual([code, out], [65, `${good}\tunrelated\n`]);
    assert.match(err, /bad\.eml: this is no mail: .*\ntributary: .*missing\.eml: ENOENT/);
  });

  test('ends with 75, try again later, where the database is away', async () => {
    const { code, err } = await run([], mail, 'postgres://tributary@127.0.0.1:1/tributary');
    assert.deepEqual([code, err.includes('nothing listens at 127.0.0.1:1')], [75, true]);
  });
});
