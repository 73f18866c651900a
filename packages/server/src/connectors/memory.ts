import type { Memory } from '@tributary/connector-kit';
import type { Connection, Work } from './connections.ts';
import { recall } from './store/memory.sql.ts';

/** What a connector keeps between calls, of one connection. */
export function memoryOf(work: Work, connection: Connection): Memory {
  return { recall: (kind, keys) => recall(work.db, connection.id, kind, keys) };
}
