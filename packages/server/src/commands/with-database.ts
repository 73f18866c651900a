import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureWorkspace, findWorkspace, type Workspace } from '../access/index.ts';
import type { Config } from '../config.ts';
import { smtpChannel } from '../messages/index.ts';
import { createPeople } from '../people/index.ts';
import { systemClock } from '../platform/clock.ts';
import { migrate, seeCurrent } from '../platform/database/migrate.ts';
import { openForCommand } from '../platform/database/open.ts';
import { type ConnectionSettings, type Db, openPool, transaction } from '../platform/database/pool.ts';
import { createLog } from '../platform/log.ts';
import { openPresence } from '../platform/presence.ts';
import { createRooms, type Rooms } from '../rooms.ts';
import { onlyThere } from './only-there.ts';

interface Opened {
  db: Db;
  workspace: Workspace;
  connection: ConnectionSettings;
}

/**
 * Runs a command on the database, whether or not its server is running, and closes what it opened. One that only looks
 * does not bring an older database to the version of this code: a server of that version may be at work on it.
 */
export async function withDatabase<T>(config: Config, work: (opened: Opened) => Promise<T>): Promise<T> {
  await onlyThere(config);
  const log = commandLog(config);
  const database = await openForCommand(config, log);
  const db = openPool(database.connection, log, 3);
  try {
    await (config.looks ? seeCurrent(db) : migrate(db));
    const workspace = (await findWorkspace(db)) ?? (await newWorkspace(db));
    return await work({ db, workspace, connection: database.connection });
  } finally {
    await db.end();
    await database.close();
  }
}

/** The same settings on a database of its own, that of a new workspace, which is thrown away. */
export async function onNewDatabase<T>(config: Config, work: (config: Config) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-offline-'));
  try {
    return await work({ ...config, dataDir, databaseUrl: undefined, looks: false });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function newWorkspace(db: Db): Promise<Workspace> {
  const { seed } = createPeople({ db, clock: systemClock });
  return transaction(db, (tx) => ensureWorkspace(tx, systemClock.now(), seed));
}

/** As `withDatabase`, with the rooms put together but not started. */
export function withRooms<T>(config: Config, work: (opened: Opened & Rooms) => Promise<T>): Promise<T> {
  return withDatabase(config, async (opened) => {
    const log = commandLog(config);
    const presence = await openPresence(opened.connection, log);
    const channel = smtpChannel(config.smtpUrl ?? 'smtp://127.0.0.1:25');
    try {
      const people = createPeople({ db: opened.db, clock: systemClock, presence });
      const publicUrl = (): string => config.publicUrl ?? `http://${config.host}:${config.port}`;
      const from = { config, people, presence, clock: systemClock, log, channel, publicUrl, alone: false };
      return await work({ ...opened, ...createRooms({ ...opened, ...from }) });
    } finally {
      await channel.close();
      await presence.close();
    }
  });
}

function commandLog(config: Config) {
  return createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
}
