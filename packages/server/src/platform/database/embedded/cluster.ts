import { randomBytes } from 'node:crypto';
import { chown, lchown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Way } from './choose.ts';
import { EmbeddedDatabaseError } from './errors.ts';
import { type DataFolder, isRoot, syncFolder } from './folder.ts';
import { processesNaming, signal } from './processes.ts';
import type { Connection } from './record.ts';
import { inNamespace, type Runner, run } from './runner.ts';

const DRAFT = 'postgres.new-';

export type ClusterState = 'missing' | 'present';

/** Looks before anything is touched: data of another version or another user's stays as it is. */
export async function inspectCluster(folder: DataFolder, { runner, major }: Way): Promise<ClusterState> {
  const found = await stat(folder.cluster).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (!isRoot() && found.uid !== runner.uid) {
    throw new EmbeddedDatabaseError(
      `The database in ${folder.cluster} belongs to user ${found.uid}, and this is user ${runner.uid}. Start as that ` +
        `user, or give the folder to this one (sudo chown -R ${runner.uid} '${folder.root}').`,
    );
  }
  const version = await readFile(join(folder.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    if ((await readdir(folder.cluster)).length === 0) return 'missing';
    throw new EmbeddedDatabaseError(
      `${folder.cluster} holds something that is no PostgreSQL database. Move it away, or choose another folder with --data.`,
    );
  }
  if (version.trim() !== major) {
    throw new EmbeddedDatabaseError(
      `The database in ${folder.cluster} was made by PostgreSQL ${version.trim()}, and this Tributary brings ` +
        `PostgreSQL ${major}, which cannot read it. Start it with a Tributary of that time, dump it, and load the dump ` +
        'into a new folder.',
    );
  }
  return 'present';
}

/**
 * Made under another name and renamed when complete and on disk: a start that was cut short leaves no half database
 * behind. The name is new each time, so that whoever knows it has to do with this one start.
 */
export async function makeCluster(folder: DataFolder, way: Way, connection: Connection): Promise<void> {
  await removeDrafts(folder);
  const draft = join(folder.root, `${DRAFT}${randomBytes(4).toString('hex')}`);
  const secret = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(secret, connection.password, { mode: 0o600 });
    if (isRoot()) await Promise.all([draft, secret].map((path) => chown(path, way.runner.uid, way.runner.gid)));
    const command = [way.binaries.initdb, ...INITDB, '-D', draft, '-U', connection.user, '--pwfile', secret];
    let result = await run(way.runner, command);
    if (result.output.includes('could not look up effective user ID')) {
      result = await run(inNamespace(way.runner), command);
    }
    if (result.code !== 0) {
      throw new EmbeddedDatabaseError(`Cannot make a database in ${folder.root}: initdb says: ${result.output}`);
    }
    await rename(draft, folder.cluster);
    await syncFolder(folder.root);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(secret, { force: true });
  }
}

/** An initdb outlives us by a second; while it writes, its folder is not to be removed. */
async function removeDrafts(folder: DataFolder): Promise<void> {
  for (const name of (await readdir(folder.root)).filter((name) => name.startsWith(DRAFT))) {
    const draft = join(folder.root, name);
    for (const pid of await processesNaming(draft)) signal(pid, 'SIGKILL');
    // The server that it drives notices a little later.
    await rm(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
  }
}

const INITDB = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--auth=scram-sha-256',
  '--no-instructions',
];

/** As root, the way to run may have changed since the last start. The top goes last, so that a cut-short change is resumed. */
export async function giveCluster(folder: DataFolder, runner: Runner): Promise<void> {
  if (!isRoot() || (await stat(folder.cluster)).uid === runner.uid) return;
  const paths = await readdir(folder.cluster, { recursive: true });
  for (const path of [...paths.map((name) => join(folder.cluster, name)), folder.cluster]) {
    await lchown(path, runner.uid, runner.gid);
  }
}

/** For a folder whose record is lost: a server for one command, which asks for no password. */
export async function resetPassword(folder: DataFolder, way: Way, connection: Connection): Promise<void> {
  const command = [way.binaries.postgres, '--single', '-D', folder.cluster, 'postgres'];
  const sql = `alter role ${connection.user} password '${connection.password}'\n`;
  const { code, output } = await run(way.runner, command, sql);
  if (code !== 0 || output.includes('ERROR:')) {
    throw new EmbeddedDatabaseError(`Cannot set a new password for ${folder.cluster}: postgres says: ${output}`);
  }
}
