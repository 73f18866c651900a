import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { EmbeddedDatabaseError } from './errors.ts';
import { type DataFolder, giveToFolderOwner } from './folder.ts';

/** How to connect: what `pg` takes. */
export interface Connection {
  /** The folder of the socket, or 127.0.0.1. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export async function readRecord(folder: DataFolder): Promise<Connection | undefined> {
  const text = await readFile(folder.record, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code === 'ENOTDIR')
      throw new EmbeddedDatabaseError(
        `${folder.root} is no folder: --data, or DATA_DIR, names the folder of the database.`,
      );
    throw new EmbeddedDatabaseError(
      `Cannot read ${folder.record} (${error.code}): it holds the database's password and is for the user who started it.`,
      { cause: error },
    );
  });
  return text === undefined ? undefined : (JSON.parse(text) as Connection);
}

export async function writeRecord(folder: DataFolder, connection: Connection): Promise<void> {
  const draft = `${folder.record}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(connection, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await giveToFolderOwner(folder, draft);
  await rename(draft, folder.record);
}

/** Letters and digits, so that it needs no quotes anywhere. */
export function newPassword(): string {
  return randomBytes(24).toString('hex');
}
