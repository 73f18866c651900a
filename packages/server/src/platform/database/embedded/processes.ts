import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, readlink, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const linux = process.platform === 'linux';

/**
 * Tells a process from a later one that got the same pid; nothing if it is gone. A zombie is gone: it holds no file,
 * no socket and no memory, though `kill(pid, 0)` finds it, for seconds if its parent died with it.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (!linux) {
    const [state = '', ...started] = (await ps('-o', 'stat=,lstart=', '-p', String(pid))).trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  }
  const line = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (line === undefined) return undefined;
  // The second field is the program's name, which may hold spaces and brackets.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  // Ticks since boot: the same pid and tick after a reboot is another process (containers start alike each time).
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
  return `${boot.trim()}/${fields[19]}`;
}

/** Processes of different ones (containers) call each other by different pids, or not at all. */
export async function pidNamespace(): Promise<string> {
  return linux ? readlink('/proc/self/ns/pid').catch(() => '') : '';
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process that has just ended needs no signal. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * The `cluster_name` of the server on this folder, which PostgreSQL shows in the title of each of its processes.
 * Their working directory would say as much, but root in a container may not read it.
 */
export async function markOf(cluster: string): Promise<string> {
  const { dev, ino } = await stat(cluster, { bigint: true });
  return `tributary-${dev.toString(36)}-${ino.toString(36)}`;
}

export interface ServerProcess {
  pid: number;
  postmaster: boolean;
}

/** The living processes of the server with this mark. A zombie has no command line, so it is not among them. */
export async function serverProcesses(mark: string): Promise<ServerProcess[]> {
  // Not its guard, nor what becomes the guard, which name the same command after their own.
  const postmaster = new RegExp(`^(?!/bin/sh |unshare ).*postgres -D .*cluster_name=${mark}(\\s|$)`);
  return (await commandLines()).flatMap(({ pid, command }): ServerProcess[] => {
    if (command.startsWith(`postgres: ${mark}: `)) return [{ pid, postmaster: false }];
    return postmaster.test(command) ? [{ pid, postmaster: true }] : [];
  });
}

/** The living processes that were told of this path. */
export async function processesNaming(path: string): Promise<number[]> {
  return (await commandLines()).flatMap(({ pid, command }) => (command.includes(path) ? [pid] : []));
}

async function commandLines(): Promise<{ pid: number; command: string }[]> {
  if (!linux) {
    return (await ps('-axo', 'pid=,command=')).split('\n').map((line) => {
      const [, pid = '0', command = ''] = /^\s*(\d+)\s(.*)$/.exec(line) ?? [];
      return { pid: Number(pid), command };
    });
  }
  // All of it in memory of the kernel, and a tenth of the time that a promise for each would take.
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({ pid: Number(pid), command: commandLine(pid) }));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

async function ps(...args: string[]): Promise<string> {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C' };
  // It exits with 1 when no process fits.
  return promisify(execFile)('ps', ['-ww', ...args], { env }).then(
    (result) => result.stdout,
    () => '',
  );
}
