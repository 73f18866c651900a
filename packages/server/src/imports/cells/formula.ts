/** What a spreadsheet takes for the beginning of a formula. Wide signs are as good as narrow ones to one that speaks Japanese. */
const SIGN = '[=+\\-@＝＋－＠\\t\\r\\n]';
const FORMULA = new RegExp(`^'*${SIGN}`);
const GUARDED = new RegExp(`^'+${SIGN}`);
/** Numbers and phones begin with a sign too, and are no formula. */
const PLAIN = /^[+-]?[\d .]+$/;

/**
 * A cell that no spreadsheet takes for a formula: with an apostrophe before a
 * sign that begins one. `unguarded` takes it away again.
 */
export function guarded(cell: string): string {
  return FORMULA.test(cell) && !PLAIN.test(cell) ? `'${cell}` : cell;
}

/** As it is, but for one that looks guarded and is not, which would be read back without its apostrophe. */
export function unmistaken(cell: string): string {
  return cell.startsWith("'") ? guarded(cell) : cell;
}

/** Without the apostrophe that keeps spreadsheets from taking a value for a formula. */
export function unguarded(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}
