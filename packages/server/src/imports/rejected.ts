import { stringify } from 'csv-stringify/sync';
import { guarded } from './cells/formula.ts';
import type { Import, Rejected } from './types.ts';

/** What stands before the columns of the file. */
const HEADS = ['row', 'reason'];

/** Whether a column was put before those of a file by us, and says nothing when it is sent again. */
export function isOfRejected(columns: readonly string[], at: number): boolean {
  return at < HEADS.length && HEADS.every((head, i) => columns[i] === head);
}

/** A cell that begins with an apostrophe is no formula, and is read again as it was the first time. */
const asItStood = (cell: string): string => (cell.startsWith("'") ? cell : guarded(cell));

/** The rows that were not taken, each with its number and the reason; to be put right and sent again. */
export async function* rejectedCsv(it: Import, pages: AsyncIterable<readonly Rejected[]>): AsyncGenerator<string> {
  yield stringify([[...HEADS, ...it.columns].map(asItStood)], { quoted_match: /^\s|\s$/ });
  for await (const rows of pages) {
    const lines = rows.map(({ rowNumber, reason, cells }) => [rowNumber, reason, ...cells].map(String).map(asItStood));
    yield stringify(lines, { quoted_match: /^\s|\s$/ });
  }
}
