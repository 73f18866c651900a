import type { Config } from '../config.ts';
import { migrate } from '../platform/database/migrate.ts';
import { openForCommand } from '../platform/database/open.ts';
import { openPool } from '../platform/database/pool.ts';
import { createLog } from '../platform/log.ts';

/** Brings the database to the version of this code. `serve` does the same by itself. */
export async function migrateCommand(config: Config): Promise<undefined> {
  const log = createLog('warn');
  const database = await openForCommand(config, log);
  const db = openPool(database.connection, log, 3);
  try {
    const { applied } = await migrate(db);
    console.log(applied.length === 0 ? 'Nothing to do: the database is up to date.' : `Applied ${applied.join(', ')}.`);
  } finally {
    await db.end();
    await database.close();
  }
  return undefined;
}
