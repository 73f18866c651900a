import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Workspace } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import { smtpChannel } from '../../src/messages/index.ts';
import type { MovableClock } from '../../src/platform/clock.ts';
import { createRooms, type Rooms } from '../../src/rooms.ts';
import { silent, type TestDatabase } from './database.ts';
import { openPeople } from './people.ts';

/** The rooms on a database of their own, in which nothing goes on by itself. */
export interface TestRooms extends Rooms {
  t: TestDatabase;
  db: TestDatabase['db'];
  workspace: Workspace;
  ws: number;
  clock: MovableClock;
  folder: string;
  close(): Promise<void>;
}

export async function openRooms(): Promise<TestRooms> {
  const { t, clock, presence, people, workspace } = await openPeople();
  const folder = await mkdtemp(join(tmpdir(), 'tributary-rooms-'));
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
    async close() {
      await channel.close();
      await presence.close();
      await t.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
