import { storable } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { Rejected } from '../types.ts';

export async function insertRejected(
  tx: Tx,
  workspaceId: number,
  importId: string,
  rejected: readonly Rejected[],
): Promise<void> {
  if (rejected.length === 0) return;
  await tx.query(
    `insert into import_rejected (workspace_id, import_id, row_number, reason, cells)
     select $1, $2, r.* from unnest($3::bigint[], $4::text[], $5::jsonb[]) as r`,
    [
      workspaceId,
      importId,
      rejected.map((row) => row.rowNumber),
      rejected.map((row) => storable(row.reason)),
      rejected.map((row) => JSON.stringify(row.cells.map(storable))),
    ],
  );
}

/** The rejected rows after one of them, in the order of the file. */
export async function listRejected(
  db: Queryable,
  workspaceId: number,
  importId: string,
  after: number,
  limit: number,
): Promise<Rejected[]> {
  const { rows } = await db.query<Rejected>(
    `select row_number::float8 as "rowNumber", reason, cells from import_rejected
     where workspace_id = $1 and import_id = $2 and row_number > $3 order by row_number limit $4`,
    [workspaceId, importId, after, limit],
  );
  return rows;
}
