import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGroupCommit } from '../../platform/group-commit.ts';
import type { Touch } from './record.ts';

/** The files of all processes, in the folder of the data. */
export const JOURNALS = /^touches-[\w-]+\.ndjson$/;

/** Touches on disk while the database is away, so that they outlive this process. */
export interface Journal {
  /** Resolves once they are on disk. */
  append(touches: readonly Touch[]): Promise<void>;
  /** Those that processes before this one left. */
  left(): Promise<{ file: string; touches: Touch[] }[]>;
  /** They are in the database. */
  remove(file: string): Promise<void>;
  /** All of this process's own are in the database. */
  clear(): Promise<void>;
}

/** A file a process in that folder. A line that was cut short by a crash is passed over: nobody was told that it is kept. */
export function createJournal(folder: string, name: string): Journal {
  const own = join(folder, `touches-${name}.ndjson`);
  const commit = createGroupCommit<Touch, undefined>(async (touches) => {
    await mkdir(folder, { recursive: true });
    // Opened each time: another process that finds the file may have taken it away.
    const file = await open(own, 'a', 0o600);
    try {
      await file.appendFile(touches.map((touch) => `${JSON.stringify(touch)}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
    return touches.map(() => undefined);
  }, 1);
  return {
    async append(touches) {
      if (touches.length > 0) await commit.submit([...touches]);
    },
    async left() {
      const names = await readdir(folder).catch(() => []);
      const files = names.filter((name) => JOURNALS.test(name)).map((name) => join(folder, name));
      return Promise.all(
        files.map(async (file) => ({ file, touches: (await readFile(file, 'utf8')).split('\n').flatMap(touchIn) })),
      );
    },
    remove: (file) => rm(file, { force: true }),
    clear: () => rm(own, { force: true }),
  };
}

function touchIn(line: string): Touch[] {
  try {
    const touch = JSON.parse(line) as Touch;
    return [{ ...touch, at: new Date(touch.at) }];
  } catch {
    return [];
  }
}
