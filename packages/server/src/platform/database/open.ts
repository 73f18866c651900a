import type { Log } from '../log.ts';
import { DataFolderInUse, findRunningEmbedded, startEmbedded } from './embedded/index.ts';
import type { ConnectionSettings } from './pool.ts';
import { reach } from './reach.ts';

export interface OpenDatabase {
  connection: ConnectionSettings;
  /** Nobody else works on this database: it is ours, embedded. */
  alone: boolean;
  /** The end has begun, though much may be left to do: whoever comes next is to wait. */
  closing(): Promise<void>;
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
    trouble: (message, detail) => log.warn(detail ?? {}, message),
  });
  return { ...embedded, alone: true };
}

/**
 * The database for a command: the one a server has running on the folder, or one started for the moment. That of another
 * command is not borrowed, which would end under us: it is waited for.
 */
export async function openForCommand(where: Where, log: Log): Promise<OpenDatabase> {
  if (where.databaseUrl) return given(where.databaseUrl);
  const running = await findRunningEmbedded(where.dataDir);
  if (running) return borrowed(running);
  try {
    const embedded = await startEmbedded({
      dataDir: where.dataDir,
      passing: true,
      log: (message, detail) => log.debug(detail ?? {}, message),
      waiting: (message, detail) => log.warn(detail ?? {}, message),
    });
    return { ...embedded, alone: true };
  } catch (error) {
    // A server that was about to start when we looked.
    const since = error instanceof DataFolderInUse ? await findRunningEmbedded(where.dataDir) : undefined;
    if (!since) throw error;
    return borrowed(since);
  }
}

const nothing = async (): Promise<void> => undefined;
const borrowed = (connection: ConnectionSettings): OpenDatabase => ({
  ...{ connection, alone: false, closing: nothing, close: nothing },
});

async function given(url: string): Promise<OpenDatabase> {
  await reach(url);
  return borrowed({ connectionString: url });
}
