import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DataFolder, isRoot } from './folder.ts';

/** How to run a program as a user that PostgreSQL accepts: it refuses root. */
export interface Runner {
  /** For messages. */
  readonly name: string;
  /** Who owns the files it writes, as the kernel sees it. */
  readonly uid: number;
  readonly gid: number;
  /** Become that user when spawning. */
  readonly become: { uid: number; gid: number } | Record<string, never>;
  /** Words before the command. */
  readonly prefix: readonly string[];
}

/**
 * The environment of every child. Not ours: a PGDATA or PGOPTIONS would change what the server does, and a
 * locale what it says.
 */
export const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/**
 * The ways to try, best first. The present owner of the data comes first, so that a folder does not change hands at
 * each start; the owner of the path is for `sudo npm start` in a home directory, which nobody else may enter. The
 * namespace is last because the kernel still takes its processes for root.
 */
export async function runners(folder: DataFolder): Promise<Runner[]> {
  if (!isRoot()) return [ourselves()];
  const service =
    accounts().find(({ name }) => name === 'postgres') ?? accounts().find(({ name }) => name === 'nobody');
  const users = [await ownerOf(folder.cluster), service, await firstOwnerAbove(folder.root)];
  const unprivileged = users.flatMap((user) => (user === undefined || user.uid === 0 ? [] : [user]));
  return [
    ...unprivileged
      .filter(({ uid }, i) => unprivileged.findIndex((other) => other.uid === uid) === i)
      .map(({ uid, gid }) => ({ name: `user ${nameOf(uid)}`, uid, gid, become: { uid, gid }, prefix: [] })),
    inNamespace(ourselves()),
  ];
}

export function ourselves(): Runner {
  const uid = process.getuid?.() ?? 0;
  return { name: `user ${nameOf(uid)}`, uid, gid: process.getgid?.() ?? 0, become: {}, prefix: [] };
}

/**
 * The same user under another name: in a user namespace, a process is called whatever its maker wants, and keeps its
 * rights on files. For root below a folder only root may enter, and for initdb, which refuses a uid without a name,
 * as containers are run with. Needs `unshare` and a kernel that allows it.
 */
export function inNamespace(runner: Runner): Runner {
  const named = accounts().find(({ name }) => name === 'nobody') ?? { uid: 65534, gid: 65534 };
  return {
    ...runner,
    name: `${runner.name} in a user namespace`,
    prefix: ['unshare', '--user', `--map-user=${named.uid}`, `--map-group=${named.gid}`],
  };
}

/** Runs a program to its end. That it could not be run at all is code 127, and why is its output. */
export function run(runner: Runner, command: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  const [file = '', ...args] = [...runner.prefix, ...command];
  const running = new Promise<{ code: number; output: string }>((resolve, reject) => {
    const child = spawn(file, args, { ...runner.become, cwd: '/', env: environment, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 128, output: output.trim() || (signal ?? '') }));
    // A program that ends without reading breaks the pipe; its code says more than EPIPE.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
  // A uid that may not be taken is thrown by `spawn` at once, a missing file comes as an event.
  return running.catch((error: Error) => ({ code: 127, output: error.message }));
}

interface User {
  uid: number;
  gid: number;
}

async function ownerOf(path: string): Promise<User | undefined> {
  return stat(path).catch(() => undefined);
}

async function firstOwnerAbove(path: string): Promise<User | undefined> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const owner = await ownerOf(at);
    if (owner !== undefined && owner.uid !== 0) return owner;
  }
  return undefined;
}

function accounts(): (User & { name: string })[] {
  // A container made from nothing has none.
  const text = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    // macOS writes nobody as -2.
    return name && gid !== undefined ? [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }] : [];
  });
}

function nameOf(uid: number): string {
  return accounts().find((account) => account.uid === uid)?.name ?? String(uid);
}
