import type { Config } from '../config.ts';
import { JOURNALS } from '../messages/index.ts';
import { backUp } from '../platform/database/embedded/index.ts';
import { openForCommand } from '../platform/database/open.ts';
import { UserError } from '../platform/errors.ts';
import { createLog } from '../platform/log.ts';
import { onlyThere } from './only-there.ts';
import { untilStopped } from './until-stopped.ts';
import { usage } from './usage.ts';

/** `backup FOLDER`: a copy of the data folder, whether or not its server is running. */
export async function backup(config: Config, [to]: string[]): Promise<undefined> {
  if (to === undefined) throw usage(['backup FOLDER']);
  if (config.databaseUrl)
    throw new UserError(
      'backup_not_ours',
      'DATABASE_URL names a PostgreSQL of your own: back that up as you do others, such as with pg_dump',
    );
  await onlyThere(config);
  const database = await openForCommand(config, createLog('warn'));
  try {
    const stop = new AbortController();
    void untilStopped().then(() => stop.abort());
    const { signal } = stop;
    const { connection } = database;
    const made = await backUp({ dataDir: config.dataDir, connection, to, beside: JOURNALS, signal });
    const size = `${Math.ceil(made.bytes / 2 ** 20)} MB in ${made.files} files`;
    console.log(`Backed up ${config.dataDir}, ${size}. It is a data folder, to be started in place of the other:`);
    console.log(`  npm start -- --data ${made.folder}`);
  } finally {
    await database.close();
  }
  return undefined;
}
