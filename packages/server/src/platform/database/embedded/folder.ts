import { access, chmod, chown, constants, mkdir, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedDatabaseError } from './errors.ts';

/** Where things lie in a data folder. */
export interface DataFolder {
  readonly root: string;
  /** What PostgreSQL calls its data directory. */
  readonly cluster: string;
  /** Connection and password, for our eyes only. */
  readonly record: string;
  readonly log: string;
  readonly owner: string;
  /** Of the socket, where the path is short enough. */
  readonly run: string;
}

/** Makes the folder if it is not there, and makes sure that we may write in it. */
export async function openFolder(dataDir: string): Promise<DataFolder> {
  const refused = (error: NodeJS.ErrnoException) => {
    throw new EmbeddedDatabaseError(whyUnusable(dataDir, error.code), { cause: error });
  };
  await mkdir(dataDir, { recursive: true }).catch(refused);
  const root = await realpath(dataDir);
  await access(root, constants.R_OK | constants.W_OK | constants.X_OK).catch(refused);
  // PostgreSQL runs as somebody else then, and must get through to its own folder, which stays 0700.
  if (isRoot()) await chmod(root, (await stat(root)).mode | 0o111);
  return layout(root);
}

function whyUnusable(dataDir: string, code: string | undefined): string {
  const another = 'or choose another with --data';
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return `The data folder ${dataDir} is no folder, or lies in what is none (${code}). Move that away, ${another}.`;
  if (code === 'ENOENT' || code === 'ELOOP')
    return `The data folder ${dataDir} is, or lies behind, a link that leads nowhere (${code}). Put the link right, ${another}.`;
  if (code !== 'EACCES' && code !== 'EPERM')
    return `The data folder ${dataDir} can not be made or written in (${code}). Put that right, ${another}.`;
  const me = process.getuid?.();
  return (
    `User ${me} cannot write in the data folder ${dataDir} (${code}). Run as the user it belongs to, ` +
    `give it to this one (sudo chown -R ${me} '${dataDir}'), ${another}.`
  );
}

/** What failed because there is no room, in words; anything else as it is. */
export function withRoomTold(error: unknown, { root }: DataFolder): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new EmbeddedDatabaseError(
    `There is no room where the data folder ${root} lies (${code}). Make some, and start again.`,
    {
      cause: error,
    },
  );
}

/** Whether a database has been begun there; so it has, where nobody may look. */
export async function isBegun(dataDir: string): Promise<boolean> {
  return stat(layout(dataDir).cluster).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

export function layout(root: string): DataFolder {
  return {
    root,
    cluster: join(root, 'postgres'),
    record: join(root, 'postgres.json'),
    log: join(root, 'postgres.log'),
    owner: join(root, 'owner'),
    run: join(root, 'run'),
  };
}

/** What root made in somebody's folder belongs to that somebody, who may start without `sudo` tomorrow. */
export async function giveToFolderOwner(folder: DataFolder, path: string): Promise<void> {
  if (!isRoot()) return;
  const { uid, gid } = await stat(folder.root);
  await chown(path, uid, gid);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** What was made, renamed or removed in a folder is on disk. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
