import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { ensureWorkspace, type Workspace } from '../../access/index.ts';
import { readConfig } from '../../config.ts';
import { smtpChannel } from '../../messages/index.ts';
import { createPeople } from '../../people/index.ts';
import { type MovableClock, movableClock } from '../../platform/clock.ts';
import { transaction } from '../../platform/database/pool.ts';
import { openPresence } from '../../platform/presence.ts';
import { createRooms, type Rooms } from '../../rooms.ts';

/** The rooms on a database of their own, and a folder for files. */
export interface TestShelf extends Rooms {
  t: TestDatabase;
  db: TestDatabase['db'];
  workspace: Workspace;
  ws: number;
  clock: MovableClock;
  folder: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  read(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function openShelf(): Promise<TestShelf> {
  const t = await testDatabase();
  const clock = movableClock();
  const presence = await openPresence(t.connection, silent);
  const people = createPeople({ db: t.db, clock, presence });
  const workspace = await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed));
  await people.preparePartitions();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-texts-'));
  const channel = smtpChannel('smtp://127.0.0.1:1');
  const rooms = createRooms({
    ...{ db: t.db, people, presence, workspace, clock, channel, log: silent, alone: false },
    config: { ...readConfig({}), dataDir: folder },
    publicUrl: () => 'https://t.example',
  });
  await rooms.audiences.ensureDefaults(workspace.id);
  return {
    ...rooms,
    ...{ t, db: t.db, workspace, ws: workspace.id, clock, folder },
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
    async close() {
      await channel.close();
      await presence.close();
      await t.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
