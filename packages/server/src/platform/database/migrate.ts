import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { runMigrations } from 'graphile-worker';
import { UserError } from '../errors.ts';
import { mend } from './mend.ts';
import { type Db, type Tx, transaction } from './pool.ts';

interface Migration {
  number: number;
  name: string;
  sql: string;
  checksum: string;
}

const MIGRATING = 7_482_006;
const folder = new URL('../../../migrations/', import.meta.url);

/**
 * Brings the database to the version of this code: ours, then the job queue's
 * own. Safe from many processes at once: the version row is inserted first, so
 * the second comer waits on its key and then finds the work done.
 */
export async function migrate(db: Db): Promise<{ applied: string[] }> {
  const turnstile = await db.connect();
  try {
    // One at a time: the job queue's own migrations are not made for twenty at once. Goes with the connection.
    await turnstile.query('select pg_advisory_lock($1)', [MIGRATING]);
    return await migrateAlone(db);
  } finally {
    await turnstile.query('select pg_advisory_unlock($1)', [MIGRATING]).catch(() => undefined);
    turnstile.release();
  }
}

async function migrateAlone(db: Db): Promise<{ applied: string[] }> {
  await db
    .query(`
    create table if not exists migration (
      number int primary key, name text not null, checksum text not null, applied_at timestamptz not null
    )`)
    .catch(ignoreConcurrentCreation);
  const known = await migrations();
  const newest = await newestApplied(db);
  refuseNewer(newest, known.length);
  await mend(db, (number) => known[number - 1]!.checksum);
  const applied: string[] = [];
  for (const migration of known.slice(newest)) {
    if (await transaction(db, (tx) => apply(tx, migration))) applied.push(migration.name);
  }
  await runMigrations({ pgPool: db, preset: { worker: { schema: 'graphile_worker' } } });
  return { applied };
}

/** How many migrations this code knows and how many the database has. */
export async function migrationState(db: Db): Promise<{ known: number; applied: number }> {
  const known = (await migrations()).length;
  const { rows } = await db.query<{ there: boolean }>(`select to_regclass('migration') is not null as there`);
  return { known, applied: rows[0]?.there ? await newestApplied(db) : 0 };
}

/** Throws where the database is not at the version of this code: whoever only looks does not bring it there. */
export async function seeCurrent(db: Db): Promise<void> {
  const { known, applied } = await migrationState(db);
  refuseNewer(applied, known);
  if (applied < known)
    throw new UserError(
      'database_is_older',
      `this database is at migration ${applied}, and this code needs ${known}: "migrate" brings it there, as "serve" does by itself. Stop a server of the older version first: it can not work with it after`,
    );
}

function refuseNewer(applied: number, known: number): void {
  if (applied > known)
    throw new UserError(
      'database_is_newer',
      `this database was written by a newer Tributary (migration ${applied}; this code knows ${known}): update the code`,
    );
}

async function apply(tx: Tx, migration: Migration): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into migration (number, name, checksum, applied_at) values ($1, $2, $3, clock_timestamp()) on conflict do nothing',
    [migration.number, migration.name, migration.checksum],
  );
  if (rowCount === 0) return false;
  await tx.query(migration.sql);
  return true;
}

async function newestApplied(db: Db): Promise<number> {
  const { rows } = await db.query<{ newest: number }>('select coalesce(max(number), 0) as newest from migration');
  return rows[0]!.newest;
}

async function migrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, i) => {
      const number = Number.parseInt(name, 10);
      if (number !== i + 1) throw new Error(`migrations are numbered without a gap: ${name} is not number ${i + 1}`);
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** `create table if not exists` of two sessions at once can collide in the catalogue (unique_violation). */
function ignoreConcurrentCreation(error: { code?: string }): void {
  if (error.code !== '23505' && error.code !== '42P07') throw error;
}
