import {
  constants,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import pg from 'pg';
import { messageOf } from '../../errors.ts';
import { isNotNow } from '../not-now.ts';
import { makePart, sweepParts } from './backup-part.ts';
import { EmbeddedDatabaseError } from './errors.ts';
import { layout, openFolder, syncFolder } from './folder.ts';

export interface Backup {
  /** Whole: with links resolved. */
  folder: string;
  files: number;
  bytes: number;
}

/** What PostgreSQL makes anew at its start, or must not have twice (PostgreSQL 18, 25.3.4: what a base backup leaves out). */
const EMPTIED = [
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
];
const LEFT_OUT = /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map|pg_internal\.init.*|pgsql_tmp.*)$/;
const SEGMENT = /^[0-9A-F]{24}$/;

/**
 * Copies a data folder whose database is running, as it is at the end of the copying: what was committed until then is in it.
 * The folder is there once it is complete and on disk. Throws `EmbeddedDatabaseError` where it can not be made.
 */
export async function backUp(o: {
  dataDir: string;
  connection: pg.ClientConfig;
  to: string;
  /** The names of files that others keep beside the database. */
  beside: RegExp;
  /** Ends it: nothing of it is left. */
  signal?: AbortSignal;
}): Promise<Backup> {
  const from = layout(await realpath(o.dataDir));
  const to = await emptyPlace(o.to, from.root);
  await sweepParts(to);
  const copy = copier(o.signal);
  const client = new pg.Client({ ...o.connection, application_name: 'tributary backup' });
  // Nothing is asked while files are copied: a database that ends then is no rejected query.
  client.on('error', () => undefined);
  await client.connect();
  let part: string | undefined;
  try {
    part = await makePart(to);
    await openFolder(part);
    await copyBeside(copy, from.root, part, o.beside);
    const begun = await begin(client);
    await copyCluster(copy, from.cluster, layout(part).cluster);
    const ended = await end(client);
    await writeSynced(join(layout(part).cluster, 'backup_label'), ended.label);
    await copySegments(copy, join(from.cluster, 'pg_wal'), join(layout(part).cluster, 'pg_wal'), begun, ended.segment);
    // What was taken into the database since is in it; what was not is still there.
    await copyBeside(copy, from.root, part, o.beside);
    await rename(part, to);
    await syncFolder(dirname(to));
    return { folder: to, ...copy.sum() };
  } catch (error) {
    if (part !== undefined) await rm(part, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
    if (o.signal?.aborted) throw new EmbeddedDatabaseError('Stopped: no backup was made.', { cause: error });
    if (isEnd(error))
      throw new EmbeddedDatabaseError(
        `The database ended while it was copied (${messageOf(error)}): no backup was made. Once it runs, try again.`,
        { cause: error },
      );
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new EmbeddedDatabaseError(`The backup could not be written to ${to} (${code}).`, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether the database is what failed: a lost connection is told in words, or by what became of the socket. */
const isEnd = (error: unknown): boolean => {
  const { syscall, code = '' } = error as NodeJS.ErrnoException;
  return syscall === undefined ? isNotNow(error) : ['EPIPE', 'ECONNRESET'].includes(code);
};

/**
 * A folder that is not there, or is empty, where a link leads if it is one; never within the one that is copied. What is
 * there has to be one that another can take the place of, which is tried before anything is copied.
 */
async function emptyPlace(asked: string, root: string): Promise<string> {
  const to = resolve(asked);
  const parent = await realpath(dirname(to)).catch(() => undefined);
  if (parent === undefined) throw new EmbeddedDatabaseError(`There is no folder ${dirname(to)} to put the backup in.`);
  const named = join(parent, relative(dirname(to), to));
  const isLink = (await lstat(named).catch(() => undefined))?.isSymbolicLink() === true;
  const place = isLink ? await realpath(named).catch(() => undefined) : named;
  if (place === undefined)
    throw new EmbeddedDatabaseError(`${to} is a link that leads nowhere: remove it, or name another folder.`);
  if (place === root || place.startsWith(root + sep))
    throw new EmbeddedDatabaseError(
      `The backup ${to} would lie in the data folder itself: name one outside of ${root}.`,
    );
  const there = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new EmbeddedDatabaseError(`The backup can not be written to ${to} (${error.code}).`);
  });
  if (there !== undefined && there.length > 0)
    throw new EmbeddedDatabaseError(`The folder ${to} is not empty: a backup is put into a new one.`);
  if (there !== undefined) await tryToReplace(place);
  return place;
}

/** As it will be done at the end: a folder that something is mounted on can not be renamed over. */
async function tryToReplace(place: string): Promise<void> {
  let part: string | undefined;
  try {
    part = await makePart(place);
    await rename(part, place);
  } catch (error) {
    if (part !== undefined) await rm(part, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new EmbeddedDatabaseError(
      code === 'EBUSY'
        ? `Something is mounted on ${place}, so that no backup can take its place: name a folder in it, ${join(place, 'backup')}.`
        : `The backup can not be written to ${place} (${code}): name a folder that is not there yet.`,
      { cause: error },
    );
  }
}

/** From here on the log keeps all that the copy needs. Returns the first of its segments. */
async function begin(client: pg.Client): Promise<string> {
  // Goes with this connection. Without it, segments could be used again while the copy still needs them.
  await client.query(`select pg_create_physical_replication_slot('tributary_backup_' || pg_backend_pid(), true, true)`);
  const { rows } = await client.query<{ segment: string }>(
    `select pg_walfile_name(pg_backup_start('tributary', true)) as segment`,
  );
  return rows[0]!.segment;
}

async function end(client: pg.Client): Promise<{ label: string; segment: string }> {
  const { rows } = await client.query<{ label: string; segment: string }>(
    `select labelfile as label, pg_walfile_name(lsn) as segment from pg_backup_stop(false)`,
  );
  return rows[0]!;
}

/** Files may change and vanish meanwhile: the log puts right what they lack. */
async function copyCluster(copy: Copier, from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  const names = (await readdir(from)).filter((name) => !LEFT_OUT.test(name));
  await Promise.all(
    names.map(async (name) => {
      if (EMPTIED.includes(name)) await mkdir(join(to, name), { mode: 0o700 });
      else if (await isFolder(join(from, name))) await copyCluster(copy, join(from, name), join(to, name));
      else await copy.file(join(from, name), join(to, name));
    }),
  );
  await syncFolder(to);
}

async function copySegments(copy: Copier, from: string, to: string, first: string, last: string): Promise<void> {
  for (const name of await readdir(from)) {
    const isNeeded = SEGMENT.test(name) && name >= first && name <= last;
    if (isNeeded || name.endsWith('.history')) await copy.file(join(from, name), join(to, name));
  }
  await syncFolder(to);
}

async function copyBeside(copy: Copier, from: string, to: string, names: RegExp): Promise<void> {
  for (const name of await readdir(from)) {
    if (names.test(name)) await copy.file(join(from, name), join(to, name));
  }
  await syncFolder(to);
}

async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

interface Copier {
  /** Copies a file, if it is there, and has it on disk. */
  file(from: string, to: string): Promise<void>;
  sum(): { files: number; bytes: number };
}

function copier(signal: AbortSignal | undefined): Copier {
  const sizes = new Map<string, number>();
  return {
    async file(from, to) {
      signal?.throwIfAborted();
      try {
        await copyFile(from, to, constants.COPYFILE_FICLONE);
      } catch (error) {
        if (await isGone(from)) return;
        throw error;
      }
      await sync(to);
      sizes.set(to, (await stat(to)).size);
    },
    sum: () => ({ files: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) }),
  };
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await sync(path);
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
