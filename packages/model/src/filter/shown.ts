import type { Value } from '../value.ts';

const LISTED_MAX = 10;
const TEXT_MAX = 120;

/** A value as people read it: texts in quotes, dates as 2026-01-31, phones with a plus, places by their names. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return `“${short(value)}”`;
  if (Array.isArray(value)) return listed(value.map(shownValue));
  if (typeof value !== 'object') return String(value);
  const { year, month, day, c, n, name } = value as Record<string, unknown>;
  if (typeof year === 'number' && typeof month === 'number' && typeof day === 'number')
    return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
  if (typeof n === 'string') return typeof c === 'string' ? `+${c} ${n}` : n;
  return typeof name === 'string' ? `“${short(name)}”` : short(JSON.stringify(value as Value));
}

/** Some texts in a row; of many, the first and how many more there are. */
export function listed(texts: readonly string[]): string {
  if (texts.length === 0) return 'an empty list';
  const more = texts.length - LISTED_MAX;
  return [...texts.slice(0, LISTED_MAX), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function short(text: string): string {
  const characters = [...text];
  return characters.length > TEXT_MAX ? `${characters.slice(0, TEXT_MAX).join('')}…` : text;
}
