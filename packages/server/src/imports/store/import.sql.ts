import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { FileKind } from '../kinds.ts';
import type { Counts, Import, ImportState, Mapping } from '../types.ts';

const columns = `id, workspace_id as "workspaceId", kind, name, state, dialect, columns, sample, mapping,
  bytes::float8 as bytes, position::float8 as position, row_number::float8 as "rowNumber",
  started_row::float8 as "startedRow",
  created, merged, untouched, duplicate, rejected, error,
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`;

interface Row extends Omit<Import, 'counts' | 'error' | 'startedAt' | 'finishedAt'>, Counts {
  error: string | null;
  startedAt: Date | null;
  finishedAt: Date | null;
}

function fromRow({ created, merged, untouched, duplicate, rejected, ...row }: Row): Import {
  return {
    ...row,
    counts: { created, merged, untouched, duplicate, rejected },
    error: row.error ?? undefined,
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
  };
}

export async function insertImport(
  db: Queryable,
  workspaceId: number,
  o: { kind: FileKind; name: string },
  now: Date,
): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `insert into import (workspace_id, kind, name, state, created_at, edited_at)
     values ($1, $2, $3, 'uploading', $4, $4) returning id`,
    [workspaceId, o.kind, o.name, now],
  );
  return rows[0]!.id;
}

/** The file is there in full: what it looks like, and what is guessed of it. */
export async function updateUploaded(
  db: Queryable,
  workspaceId: number,
  id: string,
  o: Pick<Import, 'dialect' | 'columns' | 'sample' | 'mapping' | 'bytes' | 'position' | 'rowNumber'>,
  now: Date,
): Promise<void> {
  await db.query(
    `update import set state = 'ready', dialect = $3, columns = $4, sample = $5, mapping = $6, bytes = $7, position = $8,
            row_number = $9, edited_at = $10
     where workspace_id = $1 and id = $2`,
    [workspaceId, id, o.dialect, o.columns, JSON.stringify(o.sample), o.mapping, o.bytes, o.position, o.rowNumber, now],
  );
}

export async function findImport(db: Queryable, workspaceId: number, id: string): Promise<Import | undefined> {
  const { rows } = await db.query<Row>(
    `select ${columns} from import where workspace_id = $1 and id = $2 and state <> 'uploading'`,
    [workspaceId, id],
  );
  return rows[0] && fromRow(rows[0]);
}

export async function listImports(db: Queryable, workspaceId: number, limit: number): Promise<Import[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from import where workspace_id = $1 and state <> 'uploading' order by id desc limit $2`,
    [workspaceId, limit],
  );
  return rows.map(fromRow);
}

/** As asked, unless it has begun. False when it has. */
export async function updateMapping(
  db: Queryable,
  workspaceId: number,
  id: string,
  mapping: Mapping,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update import set mapping = $3, edited_at = $4 where workspace_id = $1 and id = $2 and state = 'ready'`,
    [workspaceId, id, mapping, now],
  );
  return rowCount === 1;
}

/** From one of these states to another. False when it is in none of them. */
export async function updateState(
  db: Queryable,
  workspaceId: number,
  id: string,
  o: { from: readonly ImportState[]; to: ImportState },
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update import set state = $4, error = null, edited_at = $5,
            started_at = case when $4 = 'running' then $5::timestamptz else started_at end,
            started_row = case when $4 = 'running' then row_number else started_row end
     where workspace_id = $1 and id = $2 and state = any($3::text[])`,
    [workspaceId, id, o.from, o.to, now],
  );
  return rowCount === 1;
}

/** One that runs and that nobody has in hand; in hand until the transaction ends. */
export async function lockRunning(tx: Tx): Promise<Import | undefined> {
  const { rows } = await tx.query<Row>({
    name: 'import.lock',
    text: `select ${columns} from import where state = 'running' order by edited_at, id limit 1 for update skip locked`,
  });
  return rows[0] && fromRow(rows[0]);
}

/** How far it has come, in the transaction that took the rows. Done, nothing of the file is kept. */
export async function updateProgress(
  tx: Tx,
  id: string,
  o: { position: number; rowNumber: number; counts: Counts; done: boolean },
  now: Date,
): Promise<void> {
  await tx.query({
    name: 'import.progress',
    text: `update import set position = $2, row_number = $3, edited_at = $4, created = created + $5, merged = merged + $6,
                  untouched = untouched + $7, duplicate = duplicate + $8, rejected = rejected + $9,
                  state = case when $10 then 'done' else state end,
                  sample = case when $10 then '[]' else sample end,
                  finished_at = case when $10 then $4::timestamptz else finished_at end
           where id = $1`,
    values: [
      id,
      o.position,
      o.rowNumber,
      now,
      o.counts.created,
      o.counts.merged,
      o.counts.untouched,
      o.counts.duplicate,
      o.counts.rejected,
      o.done,
    ],
  });
}

export async function updateFailed(tx: Tx, id: string, error: string, now: Date): Promise<void> {
  await tx.query(`update import set state = 'failed', error = $2, edited_at = $3 where id = $1`, [id, error, now]);
}

/** Gone with its file and its rejected rows, unless it runs. False when it runs, or is not there. */
export async function deleteImport(db: Queryable, workspaceId: number, id: string): Promise<boolean> {
  const { rowCount } = await db.query(`delete from import where workspace_id = $1 and id = $2 and state <> 'running'`, [
    workspaceId,
    id,
  ]);
  return rowCount === 1;
}

/** Uploads that broke off with the server. */
export async function deleteBrokenUploads(db: Queryable, before: Date): Promise<void> {
  await db.query(`delete from import where state = 'uploading' and edited_at < $1`, [before]);
}

/** Earlier versions kept the first rows of those that are done. */
export async function updateSamplesOfDone(db: Queryable): Promise<void> {
  await db.query(`update import set sample = '[]' where state = 'done' and sample <> '[]'`);
}
