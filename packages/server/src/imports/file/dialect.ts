import type { Dialect, DialectGiven } from '../types.ts';
import { isEmptyRow, rowsIn } from './rows.ts';

const DELIMITERS = [',', ';', '\t', '|'];
const LOOK_ROWS = 100;

/** The line by which Excel says what separates columns, `sep=;`, before the first row; and where it ends. */
export function separatorLine(head: Buffer): { delimiter: string; end: number } | undefined {
  const line = /^"?sep=([^"\r\n])"?(\r?\n|\r)/i.exec(head.toString('utf8', 0, 20));
  return line ? { delimiter: line[1]!, end: Buffer.byteLength(line[0]) } : undefined;
}

/**
 * How a file is written, by its beginning: the delimiter by which most rows
 * have equally many columns, the more the better.
 */
export function dialectOf(head: Buffer, given: DialectGiven): Dialect {
  const encoding = given.encoding ?? 'utf-8';
  const header = given.header ?? true;
  const quote = given.quote ?? quoteOf(head.toString('utf8'));
  const delimiters = given.delimiter ? [given.delimiter] : DELIMITERS;
  const scored = delimiters.map((delimiter) => {
    const dialect = { delimiter, quote, encoding, header };
    const rows = rowsIn(head, dialect, { last: false, limit: LOOK_ROWS });
    const good = rows.filter((row) => !row.problem && !isEmptyRow(row));
    const width = good[0]?.cells.length ?? 1;
    const even = good.filter((row) => row.cells.length === width).length / Math.max(1, rows.length);
    return { dialect, score: width === 1 ? 0 : even * (1 + Math.min(width, 50) / 100) };
  });
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).dialect;
}

/** Single quotes only where values begin and end with them and no double ones are about. */
function quoteOf(text: string): string {
  return !text.includes('"') && /(^|[,;\t|\r\n])'[^'\r\n]*'([,;\t|\r\n]|$)/.test(text) ? "'" : '"';
}
