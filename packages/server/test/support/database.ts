import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbedded } from '../../src/platform/database/embedded/index.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { type ConnectionSettings, type Db, openPool } from '../../src/platform/database/pool.ts';

/** Where the run's PostgreSQL is, as the global set-up left it for the test processes. */
export const TEST_SERVER = 'TRIBUTARY_TEST_SERVER';
const TEMPLATE = 'tributary_template';
const MIGRATIONS = new URL('../../migrations/', import.meta.url);

/** A log that says nothing, for tests. */
export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

export interface TestDatabase {
  db: Db;
  connection: ConnectionSettings;
  close(): Promise<void>;
}

/** A migrated database of its own for one test file. Close it, or the run does not end. */
export function testDatabase(): Promise<TestDatabase> {
  return cloneOf(TEMPLATE);
}

/** A database with nothing in it, as one is on the day of installation. */
export function emptyDatabase(): Promise<TestDatabase> {
  return cloneOf('template0');
}

/** A database as the version before a migration left it; the migration by how its file's name ends. */
export async function databaseBefore(migration: string): Promise<TestDatabase> {
  const names = await migrationNames();
  return databaseAt(names.findIndex((name) => name.endsWith(migration)));
}

/** A database as the version with so many migrations left it. */
export async function databaseAt(migrations: number): Promise<TestDatabase> {
  const database = await emptyDatabase();
  await database.db.query(
    'create table migration (number int primary key, name text not null, checksum text not null, applied_at timestamptz not null)',
  );
  for (const [i, name] of (await migrationNames()).slice(0, migrations).entries()) {
    const sql = await readFile(new URL(name, MIGRATIONS), 'utf8');
    await database.db.query(sql);
    const checksum = createHash('sha256').update(sql).digest('hex');
    await database.db.query('insert into migration values ($1, $2, $3, now())', [i + 1, name, checksum]);
  }
  return database;
}

async function migrationNames(): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
}

async function cloneOf(template: string): Promise<TestDatabase> {
  const { server, stop } = await testServer();
  const name = `t_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 6)}`;
  await asAdmin(server, (admin) => admin.query(`create database ${name} template ${template}`));
  const connection = { ...server, database: name };
  const db = openPool(connection, silent);
  return {
    db,
    connection,
    async close() {
      await db.end();
      await asAdmin(server, (admin) => admin.query(`drop database ${name} with (force)`));
      await stop();
    },
  };
}

/** The run's server, or one for this file alone where a test is run by hand. */
async function testServer(): Promise<{ server: pg.ClientConfig; stop(): Promise<void> }> {
  const given = process.env[TEST_SERVER];
  if (given) return { server: JSON.parse(given) as pg.ClientConfig, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const own = await startEmbedded({ dataDir: folder, log: () => undefined, settings: { fsync: 'off' } });
  await prepareTemplate(own.connection);
  return {
    server: own.connection,
    async stop() {
      await own.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A migrated database to clone: 30 ms a file instead of running every migration. */
export async function prepareTemplate(server: pg.ClientConfig): Promise<void> {
  await asAdmin(server, (admin) => admin.query(`create database ${TEMPLATE}`));
  const db = openPool({ ...server, database: TEMPLATE }, silent, 2);
  await migrate(db);
  await db.end();
}

async function asAdmin(server: pg.ClientConfig, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client(server);
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
