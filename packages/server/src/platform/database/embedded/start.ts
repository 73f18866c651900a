import { realpath } from 'node:fs/promises';
import { chooseAddress, forgetAddress } from './address.ts';
import { chooseWay } from './choose.ts';
import { giveCluster, inspectCluster, makeCluster, resetPassword } from './cluster.ts';
import { isServing, isSilence } from './connect.ts';
import { type DataFolder, layout, openFolder, withRoomTold } from './folder.ts';
import { hungIn, isHeldToStay, takeOwnership } from './owner-lock.ts';
import { clearPredecessor } from './predecessor.ts';
import { type Connection, newPassword, readRecord, writeRecord } from './record.ts';
import { defaultSettings } from './settings.ts';
import { type Supervised, supervise } from './supervise.ts';

export interface EmbeddedDatabase {
  /** The same from start to close, also when the server had to be started again meanwhile. */
  readonly connection: Connection;
  /** The end has begun: a successor waits for it from now on, and nobody new comes to use this database. */
  closing(): Promise<void>;
  /** Stops the server and waits until it is gone. May be called again. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: (msg: string, detail?: object) => void;
  /** Told of instead of `log` where somebody is waited for. */
  readonly waiting?: (msg: string, detail?: object) => void;
  /** Told of instead of `log` where PostgreSQL ends under us. */
  readonly trouble?: (msg: string, detail?: object) => void;
  /** Whoever starts it has only a moment's work with it. */
  readonly passing?: boolean;
  /** PostgreSQL settings over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Owns the data folder until closed: makes a database in it if it is empty, runs a server on it, keeps that running,
 * and takes it along however this process ends. Rejects with `DataFolderInUse` if another process owns it and is well,
 * and with `EmbeddedDatabaseError` for whatever else the operator can put right.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const folder = await openFolder(options.dataDir);
  const told = (error: unknown): never => {
    throw withRoomTold(error, folder);
  };
  const passing = options.passing ? { passing: true } : {};
  const lock = await takeOwnership(folder, options.waiting ?? options.log, passing).catch(told);
  try {
    const { connection, server } = await startIn(folder, options);
    let announced: Promise<void> | undefined;
    const closing = () => {
      announced ??= lock
        .closing()
        .catch((error: unknown) => options.log('Cannot announce the end to a successor', { error }));
      return announced;
    };
    let closed: Promise<void> | undefined;
    const close = async () => {
      await closing();
      try {
        await server.close();
        await forgetAddress(connection);
      } finally {
        await lock.release();
      }
    };
    return {
      connection,
      closing,
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    await lock.release();
    return told(error);
  }
}

/**
 * The server already running on that folder, if one answers and stays; for commands beside a running Tributary of the same
 * user. Rejects with `DataFolderInUse` where it is there and hangs: nothing is to be had by waiting for its owner.
 */
export async function findRunningEmbedded(dataDir: string): Promise<Connection | undefined> {
  const root = await realpath(dataDir).catch(() => undefined);
  if (root === undefined) return undefined;
  const folder = layout(root);
  const connection = await readRecord(folder);
  if (connection === undefined || !(await isHeldToStay(folder))) return undefined;
  const serves = await isServing(folder, connection).catch(async (error: unknown) => {
    const hung = isSilence(error) ? await hungIn(folder) : undefined;
    if (hung) throw hung;
    return false;
  });
  return serves ? connection : undefined;
}

async function startIn(
  folder: DataFolder,
  options: EmbeddedOptions,
): Promise<{ connection: Connection; server: Supervised }> {
  const { log } = options;
  const began = performance.now();
  const way = await chooseWay(folder);
  const state = await inspectCluster(folder, way);
  if (state === 'present') {
    await clearPredecessor(folder, log);
    await giveCluster(folder, way.runner);
  }
  const record = await readRecord(folder);
  const connection = {
    ...(await chooseAddress(folder, way.runner, record)),
    user: 'tributary',
    password: record?.password ?? newPassword(),
    database: 'tributary',
  };
  if (state === 'missing') await makeCluster(folder, way, connection);
  else if (record === undefined) await resetPassword(folder, way, connection);
  // A start cut short before this line leaves a database without a record: the next one gives it a new password.
  await writeRecord(folder, connection);
  const plan = { folder, way, connection, settings: { ...defaultSettings(), ...options.settings }, log };
  const server = await supervise(plan, options.trouble ?? log);
  const ms = Math.round(performance.now() - began);
  log(state === 'missing' ? 'Made a PostgreSQL database' : 'Started PostgreSQL', {
    ms,
    as: way.runner.name,
    host: connection.host,
    port: connection.port,
  });
  return { connection, server };
}
