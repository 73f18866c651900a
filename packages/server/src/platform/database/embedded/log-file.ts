import { open, rename, stat } from 'node:fs/promises';
import { type DataFolder, giveToFolderOwner } from './folder.ts';

const CAP = 10 * 2 ** 20;

/** The server's own log, opened for one run of it. */
export interface LogFile {
  readonly fd: number;
  /** The last lines of this run. */
  tail(lines: number): Promise<string[]>;
  close(): Promise<void>;
}

/** Over 10 MB, the log becomes `.1` and a new one begins. */
export async function openLog(folder: DataFolder): Promise<LogFile> {
  const before = await stat(folder.log).catch(() => undefined);
  if (before !== undefined && before.size > CAP) await rename(folder.log, `${folder.log}.1`);
  const file = await open(folder.log, 'a+', 0o640);
  await giveToFolderOwner(folder, folder.log);
  const { size: start } = await file.stat();
  return {
    fd: file.fd,
    tail: async (lines) => {
      const { size } = await file.stat();
      const from = Math.max(start, size - 64 * 1024);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
      return buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-lines);
    },
    close: () => file.close(),
  };
}
