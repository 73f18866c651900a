import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePart } from './backup-part.ts';
import { backUp, EmbeddedDatabaseError, startEmbedded } from './index.ts';
import { afterwards, postmasterOn, query, temporaryFolder, until, usedFolder } from './test/support.ts';

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

/** Once the copying has begun. */
async function midway(place: string): Promise<void> {
  const begun = async () => (await readdir(place)).some((name) => name.includes('.part-'));
  await until('it is being made', begun, 20_000);
}

test('a backup whose database ends, or that is stopped, says so in a sentence and leaves nothing', async (t) => {
  const dataDir = await usedFolder(t);
  const place = await temporaryFolder(t);
  const live = await startEmbedded({ dataDir, log });
  afterwards(t, live.close);
  const { connection } = live;
  const to = join(place, 'copy');
  const told = (why: RegExp) => (error: Error) => {
    assert.ok(error instanceof EmbeddedDatabaseError, String(error));
    assert.match(error.message, why);
    return true;
  };
  const stop = new AbortController();
  const stopped = assert.rejects(
    backUp({ dataDir, connection, to, beside, signal: stop.signal }),
    told(/^Stopped: no backup was made\.$/),
  );
  await midway(place);
  stop.abort();
  await stopped;
  assert.deepEqual(await readdir(place), []);

  const ended = assert.rejects(backUp({ dataDir, connection, to, beside }), told(/^The database ended while it was/));
  await midway(place);
  process.kill(await postmasterOn(dataDir), 'SIGKILL');
  await ended;
  assert.deepEqual(await readdir(place), []);
});

test('what a killed backup left is removed by the next to that place, and what another makes is not', async (t) => {
  const dataDir = await usedFolder(t);
  const place = await temporaryFolder(t);
  const live = await startEmbedded({ dataDir, log });
  afterwards(t, live.close);
  const ours = await makePart(join(place, 'copy'));
  const [, machine] = /part-\d+-(\w+)-/.exec(ours)!;
  const dead = `copy.part-${process.pid}-${machine}-00000000-abcdef`;
  const elsewhere = `copy.part-${process.pid}-00000000-00000000-abcdef`;
  for (const name of [dead, elsewhere, 'copy.part-of-something']) {
    await mkdir(join(place, name));
    await writeFile(join(place, name, 'file'), '');
  }
  await backUp({ dataDir, connection: live.connection, to: join(place, 'copy'), beside });
  assert.deepEqual(
    (await readdir(place)).map((name) => join(place, name)).sort(),
    ['copy', elsewhere, 'copy.part-of-something']
      .map((name) => join(place, name))
      .concat(ours)
      .sort(),
  );
});

test('a backup to a link goes where it leads', async (t) => {
  const dataDir = await usedFolder(t);
  const place = await temporaryFolder(t);
  const live = await startEmbedded({ dataDir, log });
  afterwards(t, live.close);
  await mkdir(join(place, 'disk', 'empty'), { recursive: true });
  await symlink(join(place, 'disk', 'empty'), join(place, 'link'));
  await symlink(join(place, 'nowhere'), join(place, 'dangling'));
  const to = (name: string) => backUp({ dataDir, connection: live.connection, to: name, beside });
  await assert.rejects(to(join(place, 'dangling')), /dangling is a link that leads nowhere/);
  const made = await to(join(place, 'link'));
  assert.equal(made.folder, join(place, 'disk', 'empty'));
  assert.deepEqual(await readdir(made.folder), ['postgres']);
  assert.deepEqual(await readdir(join(place, 'disk')), ['empty']);
});

test('a backup to where something is mounted is refused before it is made', async (t) => {
  const place = await temporaryFolder(t);
  const mounted = join(place, 'disk');
  await mkdir(mounted);
  const script = `
    const { backUp } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
    const o = { dataDir: "/etc", connection: {}, to: ${JSON.stringify(mounted)}, beside: /x/ };
    await backUp(o).catch((error) => console.log(error.message));`;
  const words = ['mount --bind "$0" "$0" || exit 77', 'exec "$1" --input-type=module -e "$2"'].join('; ');
  const apart = 'exec unshare -m sh -c "$3" "$0" "$1" "$2"';
  const child = spawnSync('/bin/sh', ['-c', apart, mounted, process.execPath, script, words], {
    encoding: 'utf8',
  });
  if (child.error || child.status === 77 || /unshare/.test(child.stderr)) return t.skip('nothing can be mounted here');
  assert.match(
    child.stdout,
    /^Something is mounted on .*disk, so that no backup can take its place: name a folder in it/,
  );
  assert.deepEqual(await readdir(place), ['disk']);
});
