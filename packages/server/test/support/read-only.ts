import pg from 'pg';
import type { TestDatabase } from './database.ts';

/** Lets the database refuse to be written to, or no more. Sessions hear of it when they are opened anew. */
export const setReadOnly = (database: TestDatabase, isReadOnly: boolean): Promise<void> =>
  setForAll(database, `default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);

/** A setting of the database, for sessions that begin from now on. */
export async function setForAll(
  { connection }: TestDatabase,
  setting: string,
  o: { end?: boolean } = {},
): Promise<void> {
  const client = new pg.Client({ ...connection, options: '-c default_transaction_read_only=off' } as pg.ClientConfig);
  await client.connect();
  try {
    await client.query(`alter database ${connection.database} set ${setting}`);
    if (o.end)
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
  } finally {
    await client.end();
  }
}
