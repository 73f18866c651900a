import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** The socket of a connection, which `pg` does not show. */
export function streamOf(client: pg.ClientBase): Duplex & { bytesRead: number } {
  return (client as unknown as { connection: { stream: Duplex & { bytesRead: number } } }).connection.stream;
}
