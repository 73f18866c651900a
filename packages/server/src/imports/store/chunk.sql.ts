import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** The next piece of the file; the import is known to be alive by it. */
export async function insertChunk(
  db: Queryable,
  workspaceId: number,
  importId: string,
  chunk: { start: number; body: Buffer },
  now: Date,
): Promise<void> {
  await db.query({
    name: 'import.chunk',
    text: `with alive as (update import set edited_at = $5 where workspace_id = $1 and id = $2)
           insert into import_chunk (workspace_id, import_id, start, body) values ($1, $2, $3, $4)`,
    values: [workspaceId, importId, chunk.start, chunk.body, now],
  });
}

/** The piece in which this byte is; undefined behind the end. */
export async function findChunk(
  db: Queryable,
  importId: string,
  byte: number,
): Promise<{ start: number; body: Buffer } | undefined> {
  const { rows } = await db.query<{ start: number; body: Buffer }>({
    name: 'import.read',
    text: `select start::float8 as start, body from import_chunk where import_id = $1 and start <= $2
           order by start desc limit 1`,
    values: [importId, byte],
  });
  const chunk = rows[0];
  return chunk && byte < chunk.start + chunk.body.length ? chunk : undefined;
}

export async function deleteChunks(tx: Tx, importId: string): Promise<void> {
  await tx.query('delete from import_chunk where import_id = $1', [importId]);
}
