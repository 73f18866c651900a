import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openPeople } from '../../test/support/people.ts';
import { urlOf } from '../../test/support/url-of.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;

describe('the command "import"', () => {
  let room: Awaited<ReturnType<typeof openPeople>>;
  let folder = '';
  before(async () => {
    room = await openPeople();
    folder = await mkdtemp(join(tmpdir(), 'tributary-import-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await room.presence.close();
    await room.t.close();
  });

  /** The command with a file of people, by somebody who has no terminal. */
  const run = async (csv: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const file = join(folder, 'people.csv');
    await writeFile(file, csv);
    const env = { ...process.env, DATABASE_URL: urlOf(room.t.connection) };
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, 'import', 'people', file, ...args], { env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
    });
  };
  const permissions = async (): Promise<Record<string, boolean>> => {
    const { rows } = await room.t.db.query<{ email: string; allowed: boolean }>(
      `select fields->>'str::email' as email, (fields->>'bol::p')::boolean as allowed from person order by 1`,
    );
    return Object.fromEntries(rows.map(({ email, allowed }) => [email.split('@')[0], allowed]));
  };

  test('takes nothing from somebody who has no terminal and does not say --yes, and ends with 2', async () => {
    const { code, out, err } = await run('email\nanna@example.com\n');
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, /1 rows: 1 would be made/);
    assert.match(
      err,
      /tributary: nothing was taken: there is no terminal to ask on\. Say --yes to take it, or --check/,
    );
    assert.deepEqual(await permissions(), {});
    assert.equal((await run('email\nanna@example.com\n', '--check')).code, 0);
    assert.deepEqual(await permissions(), {});
  });

  test('says by what the columns are separated, so that it can be read', async () => {
    for (const [separator, words] of [
      [',', '","'],
      [';', '";"'],
      ['\t', 'tabs'],
    ]) {
      const { err } = await run(`email${separator}Name\nanna@example.com${separator}Anna\n`, '--check');
      assert.ok(err.includes(`\nutf-8, separated by ${words}; found by str::email\n`), err);
    }
  });

  test('takes a column of who wants no e-mail the other way round, says so, and can be told otherwise', async () => {
    const csv = 'email,Unsubscribed,Blocked\nanna@example.com,yes,no\nben@example.com,no,yes\n';
    const tried = await run(csv, '--check');
    assert.match(tried.err, /\n {2}Unsubscribed → e-mail permission, the other way round\n/);
    assert.deepEqual([(await run(csv, '--yes')).code, await permissions()], [0, { anna: false, ben: true }]);
    const told = await run(csv, '--map', 'Unsubscribed=ignore', '--map', 'Blocked=not:bol::p', '--yes');
    assert.match(told.err, /\n {2}Blocked → e-mail permission, the other way round\n/);
    assert.deepEqual(await permissions(), { anna: true, ben: false });
    const wrong = await run(csv, '--map', 'Blocked=not:str::first', '--yes');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /columns\.Blocked: str::first is no yes or no that could be inverted/);
  });
});
