import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openRooms, type TestRooms } from '../../../test/support/rooms.ts';

/** The rooms on a database of their own, and a folder for files. */
export interface TestShelf extends TestRooms {
  write(files: Readonly<Record<string, string>>): Promise<void>;
  read(): Promise<Record<string, string>>;
}

export async function openShelf(): Promise<TestShelf> {
  const rooms = await openRooms();
  const { folder } = rooms;
  return {
    ...rooms,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    },
    async read() {
      const names = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
      const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      return Object.fromEntries(files.map((file, i) => [file.slice(folder.length + 1), texts[i]!]));
    },
  };
}
