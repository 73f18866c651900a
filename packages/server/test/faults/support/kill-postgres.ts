import { processesOn } from '../../../src/platform/database/embedded/test/support.ts';

/**
 * `kill -9` of PostgreSQL on that data folder: of its postmaster, or of another of its processes, at which it ends them all
 * and recovers. False where it is not there to be killed, as between two starts.
 */
export async function killPostgres(
  dataDir: string,
  which: 'postmaster' | 'another',
  random: () => number,
): Promise<boolean> {
  const found = (await processesOn(dataDir)).filter(({ postmaster }) => postmaster === (which === 'postmaster'));
  const one = found[Math.floor(random() * found.length)];
  try {
    return one !== undefined && process.kill(one.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
    return false;
  }
}
