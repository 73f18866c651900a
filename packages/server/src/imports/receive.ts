import { storable } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import type { Doors } from './doors.ts';
import { dialectOf, separatorLine } from './file/dialect.ts';
import { isEmptyRow, rowsIn } from './file/rows.ts';
import { storeFile } from './file/upload.ts';
import type { FileKind } from './kinds.ts';
import { catalogFor } from './mapping/catalog.ts';
import { guessMapping } from './mapping/guess.ts';
import { areAddresses } from './mapping/suggest.ts';
import { deleteImport, findImport, insertImport, updateUploaded } from './store/import.sql.ts';
import type { DialectGiven, Import } from './types.ts';

const SAMPLE = 50;
const COLUMNS_MAX = 500;

/** Keeps a file as it comes; then reads off its beginning how it is written, which columns it has and what they mean. */
export async function receive(
  of: { db: Db; doors: Doors; clock: Clock },
  workspaceId: number,
  o: { kind: FileKind; name: string; dialect: DialectGiven },
  file: AsyncIterable<Buffer>,
): Promise<Import> {
  const { db, doors, clock } = of;
  const id = await insertImport(db, workspaceId, o, clock.now());
  try {
    const stored = await storeFile(db, { workspaceId, importId: id, now: clock.now }, file, o.dialect.encoding);
    const { bytes } = stored;
    const last = stored.head.length >= bytes;
    const { delimiter, end: skipped } = separatorLine(stored.head) ?? { end: 0 };
    const head = stored.head.subarray(skipped);
    const given = { ...o.dialect, encoding: stored.encoding, delimiter: o.dialect.delimiter ?? delimiter };
    const read = dialectOf(head, given);
    const rows = rowsIn(head, read, { last, limit: SAMPLE + 1 });
    const before = Math.max(
      0,
      rows.findIndex((row) => !isEmptyRow(row)),
    );
    const first = rows[before];
    if (!first || first.problem) {
      throw new UserError('import_unreadable', `the first row can not be read${first ? `: ${first.problem}` : ''}`);
    }
    if (first.cells.length > COLUMNS_MAX) {
      throw new UserError(
        'import_unreadable',
        `the first row has ${first.cells.length} columns, more than ${COLUMNS_MAX}`,
      );
    }
    // No column is headed by an address: it is somebody's.
    const dialect = { ...read, header: o.dialect.header ?? !first.cells.some((cell) => areAddresses([cell])) };
    const columns = first.cells.map((cell, i) => (dialect.header && storable(cell).trim()) || `Column ${i + 1}`);
    const sample = rows
      .slice(before + (dialect.header ? 1 : 0))
      .filter((row) => !row.problem && !isEmptyRow(row) && row.cells.length === columns.length)
      .map((row) => row.cells.map(storable));
    const mapping = guessMapping(o.kind, columns, sample, await catalogFor(doors, db, workspaceId, o.kind));
    const begin = dialect.header
      ? { position: skipped + first.end, rowNumber: before + 1 }
      : { position: skipped, rowNumber: 0 };
    await updateUploaded(db, workspaceId, id, { dialect, columns, sample, mapping, bytes, ...begin }, clock.now());
  } catch (error) {
    await deleteImport(db, workspaceId, id);
    throw error;
  }
  return (await findImport(db, workspaceId, id))!;
}
