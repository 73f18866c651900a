import { stringify } from 'csv-stringify/sync';
import { guarded, unmistaken } from '../imports/index.ts';

export type Format = 'csv' | 'ndjson';

/** How a CSV is to be written. */
export interface CsvStyle {
  delimiter: string;
  /** Cells that a spreadsheet would take for a formula get an apostrophe before them, which an import takes away again. */
  guard: boolean;
}

/** A page of rows as CSV. What begins or ends with a space is quoted, so that it is read back as it is. */
export function csvLines(rows: readonly (readonly string[])[], { delimiter, guard }: CsvStyle): string {
  const safe = rows.map((row) => row.map(guard ? guarded : unmistaken));
  return stringify(safe, { delimiter, quoted_match: /^\s|\s$/ });
}

export function ndjsonLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
