import pg from 'pg';
import { EmbeddedDatabaseError } from './errors.ts';
import type { DataFolder } from './folder.ts';
import type { Connection } from './record.ts';

/** On this machine, where the system itself takes the connection. */
const ANSWER_MS = 5000;

/**
 * Whether the server there is the one on this folder. That something answers proves little: a port may be another
 * server's, and a recorded address an old one.
 */
export async function isServing(folder: DataFolder, connection: Connection): Promise<boolean> {
  const { rows } = await query(connection, 'show data_directory');
  return rows[0]?.data_directory === folder.cluster;
}

/** True once the server on this folder can be used; makes the database on its first start. */
export async function isReady(folder: DataFolder, connection: Connection): Promise<boolean> {
  try {
    return await isServing(folder, connection);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '28P01') {
      throw new EmbeddedDatabaseError(
        `The password in ${folder.record} is not the one the database knows. Remove that file and start again: ` +
          'a new password is made then.',
      );
    }
    if (code !== '3D000') return false;
    // It comes up on one folder with one owner, so nobody else makes it meanwhile.
    await query({ ...connection, database: 'postgres' }, `create database ${connection.database}`);
    return isServing(folder, connection);
  }
}

/** Something is there, and says nothing: PostgreSQL hangs, or is held. */
export const isSilence = (error: unknown): boolean =>
  error instanceof Error && /^(timeout expired|query read timeout)/i.test(error.message);

async function query(connection: Connection, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS });
  // A server that dies while we ask says so by rejecting what we await.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
