import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedDatabaseError } from './errors.ts';
import type { DataFolder } from './folder.ts';
import { isAlive, markOf, serverProcesses, signal } from './processes.ts';

/** Immediate shutdown (SIGQUIT) and a kill cost a crash recovery, not data. */
const STAGES = [
  { afterMs: 0, postmaster: 'SIGINT', orphan: 'SIGQUIT' },
  { afterMs: 10_000, postmaster: 'SIGQUIT', orphan: 'SIGKILL' },
  { afterMs: 15_000, postmaster: 'SIGKILL', orphan: 'SIGKILL' },
] as const;
const GIVE_UP_MS = 20_000;

/**
 * Sees to it that nothing of an earlier server is left on the folder that we own: a postmaster whose guard was killed
 * too, or backends without a postmaster, which hold its shared memory until they notice.
 */
export async function clearPredecessor(folder: DataFolder, log: (msg: string, detail?: object) => void): Promise<void> {
  const mark = await markOf(folder.cluster);
  const began = performance.now();
  const sent = new Set<string>();
  for (;;) {
    const left = await serverProcesses(mark);
    if (left.length === 0) break;
    const waited = performance.now() - began;
    if (waited > GIVE_UP_MS) {
      const pids = left.map(({ pid }) => pid).join(', ');
      throw new EmbeddedDatabaseError(
        `An earlier PostgreSQL on ${folder.cluster} does not go away: processes ${pids}.`,
      );
    }
    if (waited > 2_000) once(sent, 'said', () => log('Waiting for an earlier PostgreSQL on the data folder', { left }));
    const stage = STAGES.findLast(({ afterMs }) => waited >= afterMs) ?? STAGES[0];
    const headless = left.every(({ postmaster }) => !postmaster);
    for (const { pid, postmaster } of left) {
      if (!postmaster && !headless) continue;
      const name = postmaster ? stage.postmaster : stage.orphan;
      once(sent, `${pid} ${name}`, () => signal(pid, name));
    }
    await sleep(20);
  }
  await dropMisleadingPidFile(folder);
}

/** PostgreSQL refuses to start while the pid in its file is in use, by whomever; in containers it usually is. */
async function dropMisleadingPidFile(folder: DataFolder): Promise<void> {
  const file = join(folder.cluster, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 0 && isAlive(pid)) await rm(file);
}

function once(done: Set<string>, what: string, act: () => void): void {
  if (done.has(what)) return;
  done.add(what);
  act();
}
