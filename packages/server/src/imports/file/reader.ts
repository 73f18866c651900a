import type { Queryable } from '../../platform/database/pool.ts';
import { findChunk } from '../store/chunk.sql.ts';
import type { Dialect } from '../types.ts';
import { type FileRow, rowsIn } from './rows.ts';

/** Reads a stored file from a byte on; ahead of what was asked for by no more than a piece or two. */
export interface Reader {
  /** Where the next row begins. */
  position(): number;
  /** The next rows, at most so many; none when the file is at its end. Their `end` counts from the file's beginning. */
  next(db: Queryable, limit: number): Promise<FileRow[]>;
}

export function createReader(of: { id: string; bytes: number; dialect: Dialect }, from: number): Reader {
  let position = from;
  let piece: Buffer = Buffer.alloc(0);
  let before: number | undefined;

  return {
    position: () => position,
    async next(db, limit) {
      for (;;) {
        const last = position + piece.length >= of.bytes;
        const rows = rowsIn(piece, of.dialect, { last, limit, before });
        if (rows.length > 0) {
          const used = rows.at(-1)!.end;
          const found = rows.map((row) => ({ ...row, end: position + row.end }));
          position += used;
          before = piece[used - 1];
          piece = piece.subarray(used);
          return found;
        }
        if (last) {
          position = of.bytes;
          return [];
        }
        const at = position + piece.length;
        const chunk = await findChunk(db, of.id, at);
        if (!chunk) throw new Error(`import ${of.id}: byte ${at} of ${of.bytes} is not there`);
        if (piece.length === 0) before ??= chunk.body[at - chunk.start - 1];
        piece = Buffer.concat([piece, chunk.body.subarray(at - chunk.start)]);
      }
    },
  };
}
