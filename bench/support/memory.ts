import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What PostgreSQL takes, in MB, its processes together: shared memory counted
 * once ("proportional set size"). Undefined where the system does not tell.
 */
export async function postgresMemory(dataDir: string): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  const postmaster = Number(pidFile.split('\n')[0]);
  let kilobytes = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    if (pid === postmaster || (await parentOf(pid)) === postmaster) kilobytes += await proportional(pid);
  }
  return kilobytes === 0 ? undefined : kilobytes / 1024;
}

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

async function proportional(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
}
