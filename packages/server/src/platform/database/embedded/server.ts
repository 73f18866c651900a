import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweepAddress } from './address.ts';
import type { Way } from './choose.ts';
import { isReady } from './connect.ts';
import { EmbeddedDatabaseError } from './errors.ts';
import type { DataFolder } from './folder.ts';
import { type GuardedServer, startGuarded } from './guard.ts';
import { type LogFile, openLog } from './log-file.ts';
import { clearPredecessor } from './predecessor.ts';
import { markOf } from './processes.ts';
import type { Connection } from './record.ts';

/** All that one start of the server needs; the same for each restart, so that pools reconnect. */
export interface ServerPlan {
  readonly folder: DataFolder;
  readonly way: Way;
  readonly connection: Connection;
  readonly settings: Record<string, string>;
  readonly log: (msg: string, detail?: object) => void;
}

export interface RunningServer extends Pick<GuardedServer, 'ended' | 'stop'> {
  lastLines(): Promise<string[]>;
}

/** What PostgreSQL says while something of its predecessor lingers that we could not see. */
const LINGERING = /lock file ".*" already exists|pre-existing shared memory block/;
const LINGERING_MS = 20_000;

/** Resolves when the server takes queries, after crash recovery if it needs one. */
export async function startServer(plan: ServerPlan, signal: AbortSignal): Promise<RunningServer> {
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    await clearPredecessor(plan.folder, plan.log);
    await sweepAddress(plan.connection);
    const log = await openLog(plan.folder);
    const server = startGuarded(plan.way.runner, await commandLine(plan), log.fd);
    try {
      if (await untilReady(plan, server, signal)) return withLog(server, log);
    } catch (error) {
      server.stop();
      await server.ended;
      await log.close();
      throw error;
    }
    const lines = await log.tail(10);
    await log.close();
    if (!LINGERING.test(lines.join('\n')) || performance.now() - began > LINGERING_MS) {
      throw new EmbeddedDatabaseError(
        `PostgreSQL does not start on ${plan.folder.cluster}. The end of ${plan.folder.log}:\n${lines.join('\n')}`,
      );
    }
    if (attempt === 1) plan.log('Waiting for an earlier PostgreSQL on the data folder', { lines });
    await sleep(250);
  }
}

/** False if it ended instead. A recovery may take minutes: as long as it is alive, it is waited for. */
async function untilReady(plan: ServerPlan, server: GuardedServer, signal: AbortSignal): Promise<boolean> {
  const began = performance.now();
  let sayAfterMs = 5_000;
  while (!server.isOver()) {
    signal.throwIfAborted();
    if ((await ownStatus(plan.folder)) === 'ready' && (await isReady(plan.folder, plan.connection))) return true;
    if (performance.now() - began > sayAfterMs) {
      plan.log('PostgreSQL is still starting; after a crash it may have much to recover', {
        seconds: sayAfterMs / 1_000,
      });
      sayAfterMs *= 2;
    }
    await sleep(10);
  }
  return false;
}

/** The last line of PostgreSQL's pid file. Spares the log a refused connection every 10 ms of a recovery. */
async function ownStatus(folder: DataFolder): Promise<string | undefined> {
  const text = await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n')[7]?.trim();
}

async function commandLine({ folder, way, connection, settings }: ServerPlan): Promise<string[]> {
  const onSocket = connection.host.startsWith('/');
  const all = {
    ...settings,
    port: String(connection.port),
    listen_addresses: onSocket ? '' : connection.host,
    unix_socket_directories: onSocket ? connection.host : '',
    cluster_name: await markOf(folder.cluster),
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [way.binaries.postgres, '-D', folder.cluster, ...options];
}

function withLog(server: GuardedServer, log: LogFile): RunningServer {
  let lines: string[] = [];
  const ended = server.ended.then(async (code) => {
    lines = await log.tail(10);
    await log.close();
    return code;
  });
  return {
    ended,
    stop: server.stop,
    lastLines: async () => {
      await ended;
      return lines;
    },
  };
}
