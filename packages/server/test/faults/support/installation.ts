import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findRunningEmbedded } from '../../../src/platform/database/embedded/index.ts';
import { processesOn } from '../../../src/platform/database/embedded/test/support.ts';
import { type Db, openPool } from '../../../src/platform/database/pool.ts';
import { silent } from '../../support/database.ts';
import { until } from '../../support/until.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const KEPT_LINES = 400;

/**
 * Tributary as an operator has it: a process of its own, on a data folder with its embedded PostgreSQL, or on the database
 * that its DATABASE_URL names.
 */
export interface Installation {
  readonly url: string;
  readonly dataDir: string;
  /** What its log said last, for whoever has to find out why a test failed. */
  readonly log: readonly string[];
  /** Ends that nobody asked for. */
  readonly surprises: readonly string[];
  start(env?: Record<string, string>): void;
  /** Resolves once it can work; the time that took. */
  ready(): Promise<number>;
  /** `kill -9` of Tributary, which leaves PostgreSQL to its guard. */
  killServer(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  command(...args: string[]): Promise<{ code: number; output: string }>;
  /** A connection of our own beside it. Rejects while the database is down. */
  database(): Promise<Db>;
  close(): Promise<void>;
}

/** Installed at a port of its own, on an empty folder unless there is a DATABASE_URL, and not started yet. */
export async function install(env: Record<string, string>): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-faults-'));
  // Where PostgreSQL runs as somebody else, that user has to pass.
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LOG_LEVEL: 'warn', ...env };
  // A folder on the command line outdoes a DATABASE_URL.
  const place = [...(env.DATABASE_URL ? [] : ['--data', dataDir]), '--port', String(port)];
  const log: string[] = [];
  const surprises: string[] = [];
  const pools: Db[] = [];
  let server: ChildProcess | undefined;
  const asked = new WeakSet<ChildProcess>();

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const child = server;
    if (!child) return null;
    asked.add(child);
    const gone = isOver(child) ? undefined : once(child, 'exit');
    child.kill(signal);
    await gone;
    return child.exitCode;
  };

  return {
    url,
    dataDir,
    log,
    surprises,
    start(more = {}) {
      const child = spawn(process.execPath, [MAIN, 'serve', ...place], {
        env: { ...own, ...more },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      server = child;
      createInterface({ input: child.stderr! }).on('line', (line) => {
        log.push(line);
        if (log.length > KEPT_LINES) log.shift();
      });
      child.once('exit', (code, signal) => {
        if (!asked.has(child)) surprises.push(`the server ended with ${code ?? signal}: ${log.slice(-15).join('\n')}`);
      });
    },
    async ready() {
      const began = performance.now();
      await until('Tributary is ready', async () => (await fetchQuietly(`${url}/readyz`))?.status === 200, {
        withinMs: 60_000,
        everyMs: 10,
        told: () => ({ surprises, log: log.slice(-5) }),
      });
      return performance.now() - began;
    },
    async killServer() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    command: (...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [MAIN, ...args, ...place], { env: own }, (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
          resolve({ code, output: `${stdout}${stderr}`.trim() });
        });
      }),
    async database() {
      const connection = env.DATABASE_URL ? { connectionString: env.DATABASE_URL } : await findRunningEmbedded(dataDir);
      if (!connection) throw new Error(`no PostgreSQL answers on ${dataDir}`);
      const pool = openPool(connection, silent, 2);
      await pool.query('select').catch(async (error: unknown) => {
        await pool.end();
        throw error;
      });
      pools.push(pool);
      return pool;
    },
    async close() {
      await end('SIGKILL');
      await Promise.all(pools.map((pool) => pool.end()));
      await until('PostgreSQL has gone with it', async () => (await processesOn(dataDir)).length === 0);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** An answer read to its end, or undefined where there was none. */
async function fetchQuietly(url: string, init: RequestInit = {}): Promise<Response | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(20_000), ...init });
    await answer.arrayBuffer();
    return answer;
  } catch {
    return undefined;
  }
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
