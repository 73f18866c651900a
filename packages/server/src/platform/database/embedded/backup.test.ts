import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { backUp, EmbeddedDatabaseError, startEmbedded } from './index.ts';
import { afterwards, query, temporaryFolder, usedFolder } from './test/support.ts';

const log = () => undefined;
const beside = /^touches-/;

test('a backup made while much is written has all that was committed before it ended, and starts by itself', async (t) => {
  const dataDir = await usedFolder(t);
  const to = join(await temporaryFolder(t), 'copy');
  const live = await startEmbedded({ dataDir, log, settings: { max_wal_size: '32MB', min_wal_size: '32MB' } });
  afterwards(t, live.close);
  await query(live.connection, `create table written (n int primary key, text text)`);
  await query(
    live.connection,
    `create table large as select n, md5(n::text) as text from generate_series(1, 200000) n`,
  );
  await writeFile(join(dataDir, 'touches-1-mail.ndjson'), '{"kept":"beside"}\n');
  let written = 0;
  let over = false;
  // What is copied changes all the time, and what the log is no longer needed for is written, so that it is put away.
  const checkpoints = (async () => {
    while (!over) await query(live.connection, 'checkpoint; select pg_switch_wal(); checkpoint');
  })();
  const writing = (async () => {
    for (; !over; written++) {
      await query(live.connection, `insert into written values (${written + 1}, repeat('x', 500))`);
      await query(
        live.connection,
        `update large set text = text || 'y' where n between ${written * 100} and ${written * 100 + 50}`,
      );
    }
  })();
  while (written < 10) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = written;
  const made = await backUp({ dataDir, connection: live.connection, to, beside });
  over = true;
  await Promise.all([writing, checkpoints]);

  assert.equal(made.folder, to);
  assert.ok(made.files > 900 && made.bytes > 15 * 2 ** 20, JSON.stringify(made));
  assert.equal(await readFile(join(to, 'touches-1-mail.ndjson'), 'utf8'), '{"kept":"beside"}\n');
  assert.equal((await stat(join(to, 'postgres'))).mode & 0o077, 0);
  const [, first] = /\(file (\w{24})\)/.exec(await readFile(join(to, 'postgres', 'backup_label'), 'utf8'))!;
  assert.ok(
    (await readdir(join(to, 'postgres', 'pg_wal'))).includes(first!),
    'the log is there from where it is needed',
  );
  const slots = await query(live.connection, 'select slot_name from pg_replication_slots');
  assert.deepEqual(slots, [], 'nothing keeps the log any more');

  const copy = await startEmbedded({ dataDir: to, log });
  afterwards(t, copy.close);
  assert.notEqual(copy.connection.password, live.connection.password);
  const count = 'select count(*)::int as rows, max(n) as last from written';
  const found = (await query(copy.connection, count))[0] as { rows: number; last: number };
  assert.ok(found.rows >= before && found.rows === found.last, `${JSON.stringify(found)} of ${before}`);
  // Every page is read, and its checksum with it.
  const sum = 'select count(*)::int as rows, sum(length(text))::int as letters from large';
  const large = (await query(copy.connection, sum))[0] as { rows: number; letters: number };
  assert.equal(large.rows, 200_000);
  assert.ok(large.letters >= 200_000 * 32);
  await query(copy.connection, 'insert into written values (0)');
  await copy.close();
  const again = await startEmbedded({ dataDir: to, log });
  afterwards(t, again.close);
  const [after] = await query(again.connection, 'select count(*)::int as rows from written');
  assert.deepEqual(after, { rows: found.rows + 1 });
});

test('a backup goes into a new folder outside of what it copies, and is not there where it failed', async (t) => {
  const dataDir = await usedFolder(t);
  const place = await temporaryFolder(t);
  const live = await startEmbedded({ dataDir, log });
  afterwards(t, live.close);
  const { connection } = live;
  await mkdir(join(place, 'full', 'of'), { recursive: true });
  const cases: [to: string, why: RegExp][] = [
    [join(place, 'full'), /is not empty: a backup is put into a new one/],
    [join(dataDir, 'copy'), /would lie in the data folder itself/],
    [dataDir, /would lie in the data folder itself/],
    [join(place, 'nowhere', 'copy'), /There is no folder .*nowhere to put the backup in/],
    [join(place, 'file'), /can not be written to .*file \(ENOTDIR\)/],
  ];
  await writeFile(join(place, 'file'), '');
  for (const [to, why] of cases) {
    await assert.rejects(backUp({ dataDir, connection, to, beside }), (error: Error) => {
      assert.ok(error instanceof EmbeddedDatabaseError);
      assert.match(error.message, why);
      return true;
    });
  }
  await assert.rejects(
    backUp({ dataDir, connection: { ...connection, password: 'wrong' }, to: join(place, 'copy'), beside }),
  );
  assert.deepEqual((await readdir(place)).sort(), ['file', 'full']);
  // Into an empty folder that is there, by two at once: one of them comes too late.
  await mkdir(join(place, 'empty'));
  const both = await Promise.allSettled(
    [1, 2].map(() => backUp({ dataDir, connection, to: join(place, 'empty'), beside })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const late = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  assert.match(String(late.reason), /could not be written to .*empty \(ENOTEMPTY\)/);
  assert.deepEqual((await readdir(place)).sort(), ['empty', 'file', 'full']);
  assert.deepEqual(await readdir(join(place, 'empty')), ['postgres']);
});
