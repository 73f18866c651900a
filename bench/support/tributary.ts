import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, run, startChild } from './child.ts';
import { now } from './now.ts';
import { until } from './pace.ts';

const MAIN = new URL('../../packages/server/src/main.ts', import.meta.url);
/** What `npm start` tells Node: with more room for what is young, 10,000 runs are moved in five sixths of the time. */
const NODE_ARGS = ['--max-semi-space-size=64'];

/** Tributary as its users run it: `serve` on a folder, in a process of its own. */
export interface Tributary {
  url: string;
  dataDir: string;
  /** Where its database is, if not in the folder. */
  databaseUrl: string | undefined;
  pid: number;
  /** From the start of the process until it was ready, in milliseconds. */
  readyAfter: number;
  /** `tributary …` beside the running server; returns what it prints. */
  command(...args: string[]): Promise<string>;
  /** Puts a playbook on. */
  push(playbook: object): Promise<void>;
  /** A call of the API, with a key. */
  api(path: string, body: object): Promise<unknown>;
  key: string;
  /** Waits until nothing is waiting to be done. */
  quiet(): Promise<void>;
  /** Waits until every audience is built. */
  built(): Promise<void>;
  /** A figure of `/metrics`, summed over its labels. */
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

export async function startTributary(o: {
  dataDir: string;
  smtpUrl: string;
  /** A PostgreSQL to use instead of one in the folder. */
  databaseUrl?: string | undefined;
  /** Where to put a CPU profile of the server when it ends. */
  profile?: string | undefined;
}): Promise<Tributary> {
  const { dataDir, databaseUrl } = o;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = now();
  const options = [...(databaseUrl ? [] : ['--data', dataDir]), '--port', String(port)];
  const env = databaseUrl ? { DATABASE_URL: databaseUrl } : {};
  const child = startChild(MAIN, ['serve', ...options], {
    env: { ...env, SMTP_URL: o.smtpUrl, LOG_LEVEL: 'warn' },
    nodeArgs: [...NODE_ARGS, ...(o.profile ? ['--cpu-prof', `--cpu-prof-dir=${o.profile}`] : [])],
  });
  try {
    await until('Tributary is ready', () => isReady(url));
  } catch (error) {
    await child.close();
    throw error;
  }
  const readyAfter = now() - began;
  const command = (...args: string[]): Promise<string> => run(MAIN, [...args, ...options], env);
  let key = '';

  const call = async (method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> => {
    key ||= (await command('keys', 'create', '--name', 'Bench')).trim().split('\n').at(-1)!;
    const answer = await fetch(url + path, {
      method,
      headers: { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as unknown;
  };

  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };

  const noneWaits = async (): Promise<boolean> => {
    for (const name of WAITING) if ((await metric(name)) > 0) return false;
    return true;
  };

  return {
    url,
    dataDir,
    databaseUrl,
    pid: child.pid,
    readyAfter,
    command,
    metric,
    get key() {
      return key;
    },
    async push(playbook) {
      const file = join(dataDir, 'bench-playbook.json');
      await writeFile(file, JSON.stringify(playbook));
      await command('journeys', 'push', file);
    },
    api: (path, body) => call('POST', path, body),
    built: () =>
      until('every audience is built', async () => {
        const pages = await Promise.all([0, 100].map((from) => call('GET', `/api/audiences?limit=100&offset=${from}`)));
        const all = pages.flatMap((page) => (page as { audiences: { state: string }[] }).audiences);
        return all.every(({ state }) => state === 'ready');
      }),
    quiet: () => until('nothing is waiting', noneWaits, 60_000, 50),
    close: child.close,
  };
}

const WAITING = [
  'tributary_connector_inbox',
  'tributary_news_waiting',
  'tributary_runs_due',
  'tributary_messages_queued',
  'tributary_connector_outbox',
];

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** An empty folder of our own. */
export async function makeFolder(): Promise<{ path: string; close(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}
