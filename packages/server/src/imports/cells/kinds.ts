import { type DisplayType, isDisplayType, typeOfPrefix, type Value } from '@tributary/model';
import type { CellFormat } from '../types.ts';
import { dateIn, momentIn } from './dates.ts';
import { unguarded } from './formula.ts';
import { listIn } from './lists.ts';
import { integerIn, thousandthsIn } from './numbers.ts';
import { isShortened, phoneIn } from './phones.ts';

/** What a cell is read with: its column's format, and what holds for the whole file. */
export interface Reading extends CellFormat {
  country?: string | undefined;
  timezone: string;
  /** Of yes and no: the other way round. */
  inverted?: boolean | undefined;
  /** Of a date: the last year that one of two digits can mean, as nobody is born later. */
  latest?: number | undefined;
}

/** A cell's value as it is stored, or what is wrong with it. Never asked for an empty cell. */
type Read = (cell: string, reading: Reading) => { value: Value } | { error: string };

const value = (read: Value): { value: Value } => ({ value: read });

const TRUE = new Set([
  'true',
  't',
  'yes',
  'y',
  '1',
  'on',
  'x',
  '✓',
  'да',
  'истина',
  'sim',
  'sí',
  'si',
  'oui',
  'ja',
  'verdadeiro',
  'verdadero',
  'vrai',
  'wahr',
]);
const FALSE = new Set([
  'false',
  'f',
  'no',
  'n',
  '0',
  'off',
  '-',
  'нет',
  'ложь',
  'não',
  'nao',
  'non',
  'nein',
  'falso',
  'faux',
  'falsch',
]);

const text: Read = (cell) => value(cell);

const scaled: Read = (cell, { decimal }) => {
  const thousandths = thousandthsIn(cell, decimal);
  if (thousandths === undefined) return { error: `"${cell}" is not a number` };
  return Number.isFinite(thousandths) ? value(thousandths) : { error: `"${cell}" is too large` };
};

const reads: Record<DisplayType, Read> = {
  text,
  large_text: text,
  email: text,
  link: text,
  single_select: text,
  multi_select: (cell, { separator }) => value(listIn(cell, separator)),
  integer: (cell, { decimal }) => {
    const number = integerIn(cell, decimal);
    return number === undefined ? { error: `"${cell}" is not a whole number` } : value(number);
  },
  decimal: scaled,
  currency: scaled,
  price: scaled,
  bool: (cell, { inverted = false, order }) => {
    const word = cell.toLowerCase();
    if (TRUE.has(word)) return value(!inverted);
    if (FALSE.has(word)) return value(inverted);
    // "Unsubscribed at": the day on which somebody did.
    return inverted && dateIn(cell, order) ? value(false) : { error: `"${cell}" is neither yes nor no` };
  },
  date: (cell, { order, latest }) => {
    const date = objectIn(cell) ?? dateIn(cell, order, latest);
    return date ? value(date) : { error: `"${cell}" is not a date` };
  },
  time: (cell, { order, timezone }) => {
    const moment = momentIn(cell, { order, timezone });
    return moment ? value(moment) : { error: `"${cell}" is not a time` };
  },
  phone: (cell, { country }) => {
    if (isShortened(cell))
      return { error: `"${cell}" is a number that a spreadsheet has shortened: format the column as text` };
    const phone = objectIn(cell) ?? phoneIn(cell, country);
    return phone ? value(phone) : { error: `"${cell}" is not a phone number` };
  },
  geo: (cell) => value(objectIn(cell) ?? { name: cell }),
  object: (cell) => {
    const object = objectIn(cell);
    return object ? value(object) : { error: `"${cell.slice(0, 40)}" is not an object in JSON` };
  },
};

function objectIn(cell: string): Readonly<Record<string, unknown>> | undefined {
  if (!cell.startsWith('{')) return undefined;
  try {
    return JSON.parse(cell) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The display type a cell of an attribute or field is read by, where only its id is known. */
export function displayTypeOf(id: string, told?: string): DisplayType {
  if (told && isDisplayType(told)) return told;
  return typeOfPrefix[id.slice(0, 3)] ?? 'text';
}

/**
 * The value of a cell for a field of that type, `undefined` where the cell is
 * empty: an empty cell says nothing, and clears nothing.
 */
export function valueIn(
  cell: string,
  type: DisplayType,
  reading: Reading,
): { value: Value | undefined } | { error: string } {
  if (cell === '') return { value: undefined };
  if (cell.includes('\uFFFD')) return { error: 'a character can not be read: say the encoding when you send the file' };
  const bare = unguarded(cell);
  return bare.trim() === '' && type !== 'text' && type !== 'large_text'
    ? { value: undefined }
    : reads[type](bare, reading);
}
