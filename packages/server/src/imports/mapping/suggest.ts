import type { DisplayType } from '@tributary/model';
import { valueIn } from '../cells/kinds.ts';

type Cells = readonly string[];

/** The type of field a column of such cells would make: one that keeps all that stands in them. */
export function suggestionFor(cells: Cells): DisplayType {
  if (cells.length === 0) return 'text';
  const all = (type: DisplayType): boolean =>
    cells.every((cell) => !('error' in valueIn(cell, type, { timezone: 'UTC' })));
  const text = cells.some((cell) => cell.length > 255) ? 'large_text' : 'text';
  if (areAddresses(cells)) return 'email';
  if (looksLike(cells, /^https?:\/\//)) return 'link';
  if (cells.some((cell) => cell.startsWith('{'))) return all('object') ? 'object' : text;
  if (cells.some((cell) => /^\+[\d\s().-]{7,}$/.test(cell))) return all('phone') ? 'phone' : text;
  // A code, such as a postal one: as a number it would lose its zeros.
  if (cells.some((cell) => /^[+-]?0\d+([.,]\d+)?$/.test(cell))) return text;
  if (looksLike(cells, /[^\d]/) && all('bool')) return 'bool';
  if (all('integer')) return 'integer';
  if (all('decimal')) return 'decimal';
  if (looksLike(cells, /:\d\d/) && all('time')) return 'time';
  if (all('date')) return 'date';
  return text;
}

export const areAddresses = (cells: Cells): boolean => looksLike(cells, /^[^\s@]+@[^\s@]+\.[^\s@]+$/);

const looksLike = (cells: Cells, shape: RegExp): boolean => cells.length > 0 && cells.every((cell) => shape.test(cell));
