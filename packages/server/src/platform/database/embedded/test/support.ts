import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbedded } from '../index.ts';
import { markOf, serverProcesses, signal } from '../processes.ts';
import type { Connection } from '../record.ts';

export const isRoot = process.getuid?.() === 0;
export const NOBODY = 65534;
const DOOR = fileURLToPath(new URL('../index.ts', import.meta.url));
const HOLDER = fileURLToPath(new URL('./holder.ts', import.meta.url));

const clean = new WeakMap<TestContext, (() => unknown)[]>();

/** Like `t.after`, last come first gone: a server stops before its folder is removed. */
export function afterwards(t: TestContext, act: () => unknown): void {
  const acts = clean.get(t) ?? [];
  if (acts.length === 0) {
    clean.set(t, acts);
    t.after(async () => {
      for (const last of acts.reverse()) await last();
    });
  }
  acts.push(act);
}

/** A folder that everybody may pass, for the time of a test; whatever server is left on it goes with it. */
export async function temporaryFolder(t: TestContext, mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  await chmod(folder, mode);
  afterwards(t, async () => {
    // A killed server leaves shared memory to its successor, and there will be none: let a guard finish its work.
    const gone = async () => (await processesOn(join(folder, 'data'))).length === 0;
    await until('the server is gone', gone, 3_000).catch(() => undefined);
    for (const { pid } of await processesOn(join(folder, 'data'))) signal(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

let template: Promise<string> | undefined;

/** A data folder after its first start: a copy, which takes a tenth of the time. */
export async function usedFolder(t: TestContext): Promise<string> {
  template ??= makeTemplate();
  const dataDir = join(await temporaryFolder(t), 'data');
  await promisify(execFile)('cp', ['-a', await template, dataDir]);
  return dataDir;
}

async function makeTemplate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const db = await startEmbedded({ dataDir: join(folder, 'data'), log: () => undefined });
  await db.close();
  return join(folder, 'data');
}

export async function processesOn(dataDir: string): Promise<{ pid: number; postmaster: boolean }[]> {
  const mark = await markOf(join(dataDir, 'postgres')).catch(() => undefined);
  return mark === undefined ? [] : serverProcesses(mark);
}

export async function postmasterOn(dataDir: string): Promise<number> {
  const found = (await processesOn(dataDir)).find(({ postmaster }) => postmaster);
  if (found === undefined) throw new Error(`No postmaster on ${dataDir}`);
  return found.pid;
}

export async function parentOf(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'latin1');
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]);
}

export async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1')).trim().split(' ');
  return pids.map(Number);
}

/** Waits for what other processes do; the time it took. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > withinMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(10);
  }
  return Math.round(performance.now() - began);
}

type Line = Record<string, unknown>;

export interface Holder {
  readonly process: ChildProcess & { pid: number };
  readonly lines: Line[];
  /** The first line with that key; fails if the process ends without. */
  says(key: string, value?: unknown): Promise<Line>;
  ready(): Promise<Connection>;
  ended: Promise<unknown>;
}

export interface HolderOptions {
  dataDir: string;
  door?: string;
  settings?: Record<string, string>;
  tidy?: boolean;
  brief?: boolean;
}

/** Starts a process that owns the folder. */
export function hold(
  t: TestContext,
  options: HolderOptions,
  as: { uid?: number; gid?: number; prefix?: string[]; detached?: boolean } = {},
): Holder {
  const { prefix = [], ...become } = as;
  const [file = '', ...args] = [...prefix, process.execPath, HOLDER, JSON.stringify({ door: DOOR, ...options })];
  const child = spawn(file, args, { ...become, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  afterwards(t, async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const find = (key: string, value?: unknown) =>
    lines.find((line) => key in line && (value === undefined || line[key] === value));
  const says = async (key: string, value?: unknown) => {
    await until(`it says ${key} ${value ?? ''}`, async () => over || find(key, value) !== undefined, 30_000);
    const line = find(key, value);
    if (line === undefined) throw new Error(`It ended without saying ${key}, after ${JSON.stringify(lines)}`);
    return line;
  };
  return {
    process: child as Holder['process'],
    lines,
    says,
    ready: async () => (await says('ready')).ready as Connection,
    ended,
  };
}

export async function query(connection: Connection, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

export const answers = (connection: Connection): Promise<boolean> =>
  query(connection, 'select 1').then(
    () => true,
    () => false,
  );
