import { CsvError, parse } from 'csv-parse/sync';
import type { Dialect } from '../types.ts';

/** A row of the file, and the byte at which the next one begins. */
export interface FileRow {
  cells: string[];
  end: number;
  /** The row can not be read: `cells` holds the line as it stands. */
  problem?: string;
}

/** Whether nothing stands in it, as in those that spreadsheets leave at the end: it is counted, and passed over. */
export const isEmptyRow = ({ cells, problem }: FileRow): boolean =>
  !problem && cells.every((cell) => cell.trim() === '');

/** A row longer than this is none: a quote was opened and never closed. */
const ROW_MAX = 256 * 1024;

const problems: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and not closed',
  CSV_INVALID_CLOSING_QUOTE: 'something follows a closing quote: a quote within a value is written twice',
  INVALID_OPENING_QUOTE: 'a quote stands in the middle of a value that does not begin with one',
  CSV_MAX_RECORD_SIZE: `a quote is opened and not closed, or the row is longer than ${ROW_MAX / 1024} kB`,
};

/**
 * The rows that are complete in this piece of the file, up to a number of
 * them; of the last piece, all. One that can not be read ends at its line's
 * end, and the next line is a row again. `before` is the byte before the piece.
 */
export function rowsIn(
  piece: Buffer,
  dialect: Dialect,
  o: { last: boolean; limit: number; before?: number | undefined },
): FileRow[] {
  const rows: FileRow[] = [];
  let from = 0;
  while (from < piece.length && rows.length < o.limit) {
    const rest = piece.subarray(from);
    const error = parseInto(rows, rest, dialect, from, o.limit - rows.length);
    const end = rows.at(-1)?.end ?? 0;
    if (!error) {
      if (rows.length < o.limit && !o.last) dropUnfinished(rows, piece);
      return rows;
    }
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED' && !o.last && piece.length - Math.max(end, from) < ROW_MAX;
    // Perhaps it is only not here yet.
    if (open) return rows;
    const start = Math.max(end, from);
    const lineEnd = lineEndAfter(piece, start, start > 0 ? piece[start - 1] : o.before);
    if (lineEnd < 0 && !o.last && piece.length - start < ROW_MAX) return rows;
    from = lineEnd < 0 ? piece.length : lineEnd;
    const line = piece.toString('utf8', start, from).replace(/(\r?\n|\r)$/, '');
    rows.push({ cells: [line.slice(0, 4000)], end: from, problem: problems[error.code] ?? error.message });
  }
  return rows;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Where the line after this one begins, -1 if that is not here. It ends as the one before it did: in a file from a Mac,
 * where a carriage return ends a line, a line feed is part of a value. The first line ends at whichever comes first.
 */
function lineEndAfter(piece: Buffer, start: number, before: number | undefined): number {
  const [feed, carriage] = [piece.indexOf(LF, start), piece.indexOf(CR, start)];
  const isCarriage = before === undefined ? carriage >= 0 && (feed < 0 || carriage + 1 < feed) : before === CR;
  return (isCarriage ? carriage : feed) + 1 || -1;
}

/** Stops at the first row that can not be read, and returns why. */
function parseInto(
  rows: FileRow[],
  piece: Buffer,
  { delimiter, quote }: Dialect,
  offset: number,
  limit: number,
): CsvError | undefined {
  try {
    parse(piece, {
      delimiter,
      quote,
      escape: quote,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      // What stands outside of quotes: spaces around a value are no part of it.
      ltrim: delimiter !== '\t',
      rtrim: delimiter !== '\t',
      max_record_size: ROW_MAX,
      to: limit,
      on_record(cells: string[], context) {
        rows.push({ cells, end: offset + context.bytes });
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

/** The last row may go on in the next piece, unless its line has ended. */
function dropUnfinished(rows: FileRow[], piece: Buffer): void {
  const last = rows.at(-1);
  // A carriage return at the very end may be the first half of a line's end.
  if (last && last.end === piece.length && piece[piece.length - 1] !== LF) rows.pop();
}
