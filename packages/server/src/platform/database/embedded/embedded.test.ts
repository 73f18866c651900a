import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { silent } from '../../../../test/support/database.ts';
import { openForCommand } from '../open.ts';
import { DataFolderInUse, EmbeddedDatabaseError, findRunningEmbedded, startEmbedded } from './index.ts';
import { afterwards, answers, postmasterOn, processesOn, query, temporaryFolder, usedFolder } from './test/support.ts';

const log = () => undefined;

// Each has a folder of its own, and waits for the disk most of the time.
describe('a data folder', { concurrency: 3 }, () => {
  test('an empty folder becomes a database, and is still the same after a restart', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    assert.equal(await findRunningEmbedded(dataDir), undefined);
    const first = await startEmbedded({ dataDir, log, settings: { work_mem: '23MB' } });
    afterwards(t, first.close);

    assert.deepEqual(await findRunningEmbedded(dataDir), first.connection);
    const [facts] = await query(
      first.connection,
      `select current_user as user, current_database() as database, current_setting('server_version_num')::int / 10000 as major,
       current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone,
       current_setting('data_checksums') as checksums, current_setting('fsync') || current_setting('synchronous_commit') as durable,
       current_setting('work_mem') as work_mem, current_setting('listen_addresses') as listens,
       (select datlocprovider::text || datlocale from pg_database where datname = current_database()) as locale`,
    );
    assert.deepEqual(facts, {
      user: 'tributary',
      database: 'tributary',
      major: 18,
      encoding: 'UTF8',
      zone: 'UTC',
      checksums: 'on',
      durable: 'onon',
      work_mem: '23MB',
      listens: '',
      locale: 'bC.UTF-8',
    });
    await assert.rejects(query({ ...first.connection, password: 'guessed' }, 'select 1'), { code: '28P01' });
    for (const name of ['postgres.json', 'postgres']) {
      assert.equal((await stat(join(dataDir, name))).mode & 0o077, 0, `${name} is nobody else's business`);
    }

    await query(first.connection, 'create table kept as select 1 as one');
    await Promise.all([first.close(), first.close()]);
    assert.deepEqual(await processesOn(dataDir), []);
    assert.equal(await findRunningEmbedded(dataDir), undefined);

    const second = await startEmbedded({ dataDir, log });
    afterwards(t, second.close);
    assert.deepEqual(second.connection, first.connection);
    assert.deepEqual(await query(second.connection, 'select one from kept'), [{ one: 1 }]);
  });

  test('a server that only passes, or is about to end, is found by nobody else', async (t) => {
    const dataDir = await usedFolder(t);
    const passing = await startEmbedded({ dataDir, log, passing: true });
    afterwards(t, passing.close);
    assert.equal(await findRunningEmbedded(dataDir), undefined);
    await passing.close();
    const server = await startEmbedded({ dataDir, log });
    afterwards(t, server.close);
    assert.deepEqual(await findRunningEmbedded(dataDir), server.connection);
    await server.closing();
    assert.ok(await answers(server.connection));
    assert.equal(await findRunningEmbedded(dataDir), undefined);
  });

  test('one that is there and hangs is told of, and not waited for as one that comes up', async (t) => {
    const dataDir = await usedFolder(t);
    const server = await startEmbedded({ dataDir, log });
    afterwards(t, server.close);
    const postmaster = await postmasterOn(dataDir);
    process.kill(postmaster, 'SIGSTOP');
    afterwards(t, () => process.kill(postmaster, 'SIGCONT'));
    const began = performance.now();
    const coming = openForCommand({ dataDir, databaseUrl: undefined }, silent);
    await assert.rejects(coming, (error: Error) => {
      assert.ok(error instanceof DataFolderInUse);
      assert.match(error.message, /^The database in .* does not answer, and this very process has the folder\./);
      return true;
    });
    assert.ok(performance.now() - began < 15_000);
  });

  test('a folder that lost its record gets a new password, and an old log makes room', async (t) => {
    const dataDir = await usedFolder(t);
    const first = await startEmbedded({ dataDir, log });
    afterwards(t, first.close);
    await query(first.connection, 'create table kept as select 1 as one');
    await first.close();
    await rm(join(dataDir, 'postgres.json'));
    await writeFile(join(dataDir, 'postgres.log'), Buffer.alloc(11 * 2 ** 20, 'x'));

    const second = await startEmbedded({ dataDir, log });
    afterwards(t, second.close);
    assert.notEqual(second.connection.password, first.connection.password);
    assert.deepEqual(await query(second.connection, 'select one from kept'), [{ one: 1 }]);
    assert.equal((await stat(join(dataDir, 'postgres.log.1'))).size, 11 * 2 ** 20);
    assert.ok((await stat(join(dataDir, 'postgres.log'))).size < 100_000);
  });

  test('where the path is too long for a socket, a short folder is used, found by others, and removed', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data', 'long and odd, '.repeat(5));
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    assert.ok(`${db.connection.host}/.s.PGSQL.5432`.length < 100);
    assert.deepEqual(await findRunningEmbedded(dataDir), db.connection);
    await db.close();
    await assert.rejects(stat(db.connection.host), { code: 'ENOENT' });
  });

  test('what is no folder is said to be none, and nobody is told to change whose it is', async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, 'file');
    await writeFile(file, '');
    const dangling = join(folder, 'dangling');
    await symlink(join(folder, 'nowhere', 'else'), dangling);
    for (const [dataDir, said] of [
      [
        file,
        `The data folder ${file} is no folder, or lies in what is none (EEXIST). Move that away, or choose another with --data.`,
      ],
      [
        join(file, 'in'),
        `The data folder ${file}/in is no folder, or lies in what is none (ENOTDIR). Move that away, or choose another with --data.`,
      ],
      [
        dangling,
        `The data folder ${dangling} is, or lies behind, a link that leads nowhere (ENOENT). Put the link right, or choose another with --data.`,
      ],
    ] as const)
      await assert.rejects(startEmbedded({ dataDir, log }), (error: Error) => {
        assert.ok(error instanceof EmbeddedDatabaseError);
        assert.equal(error.message, said);
        return true;
      });
  });

  test('data of another PostgreSQL, or of something else, is left alone', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    const cluster = join(dataDir, 'postgres');
    await mkdir(cluster, { recursive: true });
    await writeFile(join(cluster, 'holiday.txt'), 'sun');
    await assert.rejects(startEmbedded({ dataDir, log }), /something that is no PostgreSQL database/);
    await writeFile(join(cluster, 'PG_VERSION'), '17\n');
    await assert.rejects(startEmbedded({ dataDir, log }), (error) => {
      assert.ok(error instanceof EmbeddedDatabaseError);
      assert.match(error.message, /made by PostgreSQL 17, and this Tributary brings PostgreSQL 18/);
      return true;
    });
    assert.equal(await readFile(join(cluster, 'holiday.txt'), 'utf8'), 'sun');
  });

  test('a setting that PostgreSQL refuses is told with its own words, and leaves nothing running', async (t) => {
    const dataDir = await usedFolder(t);
    await assert.rejects(
      startEmbedded({ dataDir, log, settings: { work_mem: 'plenty' } }),
      /invalid value for.*work_mem/,
    );
    assert.deepEqual(await processesOn(dataDir), []);
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    assert.ok(await answers(db.connection), 'and the folder was free again');
  });

  test('a server that answers at the recorded address, but on another folder, is not taken for ours', async (t) => {
    const db = await startEmbedded({ dataDir: await usedFolder(t), log });
    afterwards(t, db.close);
    const other = await temporaryFolder(t);
    await writeFile(join(other, 'postgres.json'), JSON.stringify(db.connection));
    assert.ok(await answers(db.connection));
    assert.equal(await findRunningEmbedded(other), undefined);
  });

  test('an unfinished first start is begun anew', async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    await mkdir(join(dataDir, 'postgres.new-1'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.new-1', 'PG_VERSION'), '18\n');
    await chmod(join(dataDir, 'postgres.new-1'), 0o700);
    const db = await startEmbedded({ dataDir, log });
    afterwards(t, db.close);
    assert.ok(await answers(db.connection));
    await assert.rejects(stat(join(dataDir, 'postgres.new-1')), { code: 'ENOENT' });
  });
});
