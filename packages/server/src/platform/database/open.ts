import type { Log } from '../log.ts';
import { findRunningEmbedded, startEmbedded } from './embedded/index.ts';
import type { ConnectionSettings } from './pool.ts';
import { reach } from './reach.ts';

export interface OpenDatabase {
  connection: ConnectionSettings;
  /** Nobody else works on this database: it is ours, embedded. */
  alone: boolean;
  close(): Promise<void>;
}

interface Where {
  dataDir: string;
  databaseUrl: string | undefined;
}

/**
 * The database of a server: its own, or one that is given. Throws `DataFolderInUse` when the folder has a server,
 * `DatabaseUnreachable` when what is given can not be used.
 */
export async function openForServer(where: Where, log: Log): Promise<OpenDatabase> {
  if (where.databaseUrl) return given(where.databaseUrl);
  const embedded = await startEmbedded({
    dataDir: where.dataDir,
    log: (message, detail) => log.info(detail ?? {}, message),
  });
  return { connection: embedded.connection, alone: true, close: embedded.close };
}

/** The database for a command: the one a server has running on the folder, or one started for the moment. */
export async function openForCommand(where: Where, log: Log): Promise<OpenDatabase> {
  if (where.databaseUrl) return given(where.databaseUrl);
  const running = await findRunningEmbedded(where.dataDir);
  if (running) return { connection: running, alone: false, close: async () => undefined };
  const embedded = await startEmbedded({
    dataDir: where.dataDir,
    log: (message, detail) => log.debug(detail ?? {}, message),
  });
  return { connection: embedded.connection, alone: true, close: embedded.close };
}

async function given(url: string): Promise<OpenDatabase> {
  await reach(url);
  return { connection: { connectionString: url }, alone: false, close: async () => undefined };
}
