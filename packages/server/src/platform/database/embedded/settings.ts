import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';

const MB = 2 ** 20;

/** For a small machine that PostgreSQL shares with us. Durability is untouched: fsync and synchronous_commit are on. */
export function defaultSettings(): Record<string, string> {
  const memory = Math.floor(availableMemory() / MB);
  return {
    shared_buffers: `${sharedBuffers(memory)}MB`,
    effective_cache_size: `${Math.floor(memory / 2)}MB`,
    work_mem: '16MB',
    maintenance_work_mem: `${Math.min(128, Math.floor(memory / 16))}MB`,
    max_connections: '100',
    huge_pages: 'off',
    // Not the default `worker`: three processes less to clear away after a crash. On a cached table of 700 MB, scans
    // with either differed less than two runs with the same did.
    io_method: 'sync',
    random_page_cost: '1.1',
    wal_compression: 'pglz',
    max_wal_size: '2GB',
    checkpoint_completion_target: '0.9',
    // Not a minute: statements are planned once a connection, and a plan made while a table was empty reads all of it
    // until somebody has counted its rows. People found by key just after an import: 0.7 ms for twenty, counted 0.15.
    autovacuum_naptime: '10s',
    // Not a second: the loser of a deadlock is tried again, and so long everybody stands who is behind the two.
    deadlock_timeout: '200ms',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...(sharedMemoryIsSmall() ? { dynamic_shared_memory_type: 'sysv' } : {}),
  };
}

/** A quarter of a small machine, an eighth of a larger one, and never so much that others miss it. */
function sharedBuffers(memory: number): number {
  return Math.floor(Math.max(Math.min(256, memory / 4), Math.min(1024, memory / 8)));
}

function availableMemory(): number {
  // 0 or an absurdly large number where nothing constrains us.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Docker gives a container 64 MB of it, and a parallel hash join then fails with "could not resize shared memory". */
function sharedMemoryIsSmall(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const { blocks, bsize } = statfsSync('/dev/shm');
    return blocks * bsize < 512 * MB;
  } catch {
    return true;
  }
}
