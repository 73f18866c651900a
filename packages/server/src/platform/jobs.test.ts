import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { silent, testDatabase } from '../../test/support/database.ts';
import { until } from '../../test/support/until.ts';
import { openPool } from './database/pool.ts';
import { startJobs } from './jobs.ts';

test('a database that is gone when a job ends ends neither the process nor the schedules', async () => {
  const { db, connection, close } = await testDatabase();
  const aside = openPool({ ...connection, database: 'postgres' }, silent, 1);
  const name = connection.database!;
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  let runs = 0;
  // Its pool may have connections still of which it has not heard that they are gone.
  const added = () =>
    db.query(`select graphile_worker.add_job('look')`).then(
      () => true,
      () => false,
    );
  const run = async (): Promise<void> => {
    runs += 1;
    if (runs > 1) return;
    await aside.query(`alter database ${name} with allow_connections false`);
    await aside.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  };
  const jobs = await startJobs({ db, log, jobs: [{ name: 'look', cron: '0 0 1 1 *', run }] });
  try {
    await until('a job is there', added);
    await until('the schedules have stopped', () => lines.some((line) => line.includes('started again')));
    await aside.query(`alter database ${name} with allow_connections true`);
    await until('another is there', added);
    await until('the next has run', () => runs === 2);
  } finally {
    await aside.query(`alter database ${name} with allow_connections true`);
    await jobs.close();
    await aside.end();
    await close();
  }
  assert.equal(lines.filter((line) => line.includes('started again')).length, 1);
});
