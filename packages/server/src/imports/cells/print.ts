import type { Value } from '@tributary/model';
import { listOut } from './lists.ts';

/** A value as a cell that `valueIn` reads back as the same value. */
export function cellOf(value: Value | undefined, displayType: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return SCALED.has(displayType) ? thousandths(value) : String(value);
  if (Array.isArray(value)) return listOut(value as readonly string[]);
  return objectOut(value as Readonly<Record<string, unknown>>);
}

const SCALED = new Set(['decimal', 'currency', 'price']);

/** ×1000 as a person writes it: 12500 is 12.5. */
function thousandths(value: number): string {
  const digits = String(Math.abs(value)).padStart(4, '0');
  const fraction = digits.slice(-3).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -3)}${fraction && `.${fraction}`}`;
}

function objectOut(value: Readonly<Record<string, unknown>>): string {
  const { year, month, day, timezone, c, n, name, ...more } = value;
  if (Object.keys(more).length === 0) {
    if (typeof n === 'string' && /^\d+$/.test(n)) return c ? `+${String(c)} ${n}` : n;
    if (typeof name === 'string' && only(value, 'name') && !name.startsWith('{') && name === name.trim()) return name;
    if (typeof year === 'number' && name === undefined && n === undefined) {
      const date = `${pad(year, 4)}-${pad(Number(month), 2)}-${pad(Number(day), 2)}`;
      return timezone ? `${date}[${String(timezone)}]` : date;
    }
  }
  return JSON.stringify(value);
}

const only = (value: object, key: string): boolean => Object.keys(value).length === 1 && key in value;
const pad = (number: number, digits: number): string => String(number).padStart(digits, '0');

const FORMULA = /^'*[=+\-@\t\r]/;
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
