import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import { databaseAt, emptyDatabase, silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { until } from '../../../test/support/until.ts';
import { migrate, migrationState } from './migrate.ts';
import { openPool } from './pool.ts';

const MIGRATIONS = new URL('../../../migrations/', import.meta.url);
const FIRST_TABLE =
  'create table migration (number int primary key, name text not null, checksum text not null, applied_at timestamptz not null)';

const files = async (): Promise<string[]> => (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();

async function onTheDayOfInstallation(t: TestContext): Promise<TestDatabase> {
  const database = await emptyDatabase();
  t.after(database.close);
  return database;
}

describe('migrating a database', () => {
  test('every migration is applied once, in order, and doctor can tell', async (t) => {
    const { db } = await onTheDayOfInstallation(t);
    const known = await files();
    assert.deepEqual(await migrationState(db), { known: known.length, applied: 0 });
    assert.deepEqual(await migrate(db), { applied: known });
    assert.deepEqual(await migrate(db), { applied: [] });
    assert.deepEqual(await migrationState(db), { known: known.length, applied: known.length });
    const { rows } = await db.query('select number, name, length(checksum) as length from migration order by number');
    assert.deepEqual(
      rows,
      known.map((name, i) => ({ number: i + 1, name, length: 64 })),
    );
    await db.query('select from person, activity, message, journey, run, news, connection');
  });

  test('twenty servers that start at once on an empty database all come up, and the work is done once', async (t) => {
    const { db, connection } = await onTheDayOfInstallation(t);
    const pools = Array.from({ length: 20 }, () => openPool(connection, silent, 2));
    t.after(() => Promise.all(pools.map((pool) => pool.end())));
    await Promise.all(pools.map((pool) => pool.query('select 1')));
    const outcomes = await Promise.allSettled(pools.map(migrate));
    assert.deepEqual(
      outcomes.filter((outcome) => outcome.status === 'rejected'),
      [],
    );
    const applied = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value.applied : []));
    assert.deepEqual(applied.sort(), await files());
    assert.deepEqual(await migrate(db), { applied: [] });
  });

  /** Starts while another has done this and not yet committed. Returns what was left for it to apply. */
  const startedAmid = async ({ db }: TestDatabase, done: string): Promise<string[]> => {
    const other = await db.connect();
    await other.query(`begin; ${done}`);
    const migrating = migrate(db);
    await until('it waits for the other', async () => {
      const { rows } = await db.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    await other.query('commit');
    other.release();
    return (await migrating).applied;
  };

  test('one that starts while another makes the very first table waits for it, and comes up', async (t) => {
    const database = await onTheDayOfInstallation(t);
    assert.deepEqual(await startedAmid(database, FIRST_TABLE), await files());
  });

  test('one that starts while another applies a migration waits for it, and goes on with the next', async (t) => {
    const database = await onTheDayOfInstallation(t);
    await database.db.query(FIRST_TABLE);
    const [first, ...rest] = await files();
    const sql = await readFile(new URL(first!, MIGRATIONS), 'utf8');
    const row = `insert into migration values (1, '${first}', '', now())`;
    assert.deepEqual(await startedAmid(database, `${row}; ${sql}`), rest);
  });

  test('a migration that fails is as if it had not been begun, and the next start takes it up again', async (t) => {
    const { db } = await onTheDayOfInstallation(t);
    await db.query('create table message (already int)');
    await assert.rejects(migrate(db), { code: '42P07' });
    const { applied, known } = await migrationState(db);
    assert.ok(applied > 0 && applied < known, `${applied} of ${known}`);
    assert.equal((await db.query(`select to_regclass('template') as template`)).rows[0].template, null);
    await db.query('drop table message');
    assert.equal((await migrate(db)).applied.length, known - applied);
  });

  test('a database that a newer Tributary wrote is refused, with what to do', async (t) => {
    const { db } = await onTheDayOfInstallation(t);
    await migrate(db);
    const known = (await files()).length;
    await db.query(`insert into migration values ($1, 'tomorrow.sql', '', now())`, [known + 1]);
    await assert.rejects(migrate(db), {
      name: 'UserError',
      code: 'database_is_newer',
      message: `this database was written by a newer Tributary (migration ${known + 1}; this code knows ${known}): update the code`,
    });
  });

  test('a migration that has landed is never changed: whoever had its earlier text would be left behind', async () => {
    const lines = await Promise.all(
      (await files()).map(async (name) => {
        const sql = await readFile(new URL(name, MIGRATIONS));
        return `${createHash('sha256').update(sql).digest('hex')}  ${name}\n`;
      }),
    );
    const landed = await readFile(new URL('SHA256SUMS', MIGRATIONS), 'utf8');
    assert.equal(lines.join(''), landed, 'a new one: (cd packages/server/migrations && sha256sum *.sql > SHA256SUMS)');
  });

  test('of two migrations the text was changed once: who had the earlier one comes to where everybody is', async (t) => {
    const database = await databaseAt(17);
    t.after(database.close);
    const today = await testDatabase();
    t.after(today.close);
    const { db } = database;
    const had = (number: number, checksum: string, sql: string) =>
      db.query(`update migration set checksum = '${checksum}' where number = ${number}; ${sql}`);
    await had(4, 'fb58c24c2b500b0a215b886fc836fa528a8af3ce0ed54663b45f3ec40c6269ff', 'drop index mailbox_mail_to');
    await had(
      15,
      '0f086e3ab70ba9a97a8030ddbb70e8f144b8c23edfc524993b5c2f7cf32448b4',
      'create index run_parked on run (workspace_id, id) where parked_error is not null and ended_at is null',
    );
    await migrate(db);
    assert.deepEqual(await shapeOf(database), await shapeOf(today));
    assert.deepEqual(await migrate(db), { applied: [] });
    assert.deepEqual(await shapeOf(database), await shapeOf(today));
  });
});

/** Its indexes, and which text of each migration it had. */
async function shapeOf({ db }: TestDatabase): Promise<unknown> {
  const indexes = await db.query(`select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`);
  const texts = await db.query('select number, checksum from migration order by 1');
  return [indexes.rows, texts.rows];
}
