import { isScaled, parseFieldId } from '@tributary/model';
import { count, moment } from '../../platform/page.ts';

/** From here on a figure is hard to read without groups, and is no year. */
const LONG = 10_000;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** A value of a field or an attribute as a person reads it, whatever it holds. */
export function shown(value: unknown, id: string, displayType?: string): string {
  if (value === null || value === undefined) return '';
  switch (typeof value) {
    case 'boolean':
      return value ? 'yes' : 'no';
    case 'number':
      return figure(value, id, displayType);
    case 'string':
      return isMoment(id, displayType) ? momentIn(value) : value;
    default:
      return Array.isArray(value) ? value.map((each) => shown(each, id)).join(', ') : record(value);
  }
}

function figure(value: number, id: string, displayType: string | undefined): string {
  if (isScaled(displayType)) return count(value / 1000);
  // A number that names something is no figure.
  return Math.abs(value) < LONG || /\bid$/.test(id) ? String(value) : count(value);
}

const isMoment = (id: string, displayType: string | undefined): boolean =>
  displayType === 'time' || id.startsWith('tme:');

function momentIn(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : moment(at);
}

/** A phone, a date, a place; anything else as it is. */
function record(value: object): string {
  const { c, n, name, year, month, day: of } = value as Readonly<Record<string, unknown>>;
  if (typeof n === 'string') return typeof c === 'string' && c !== '' ? `+${c} ${n}` : n;
  if (typeof year === 'number' && typeof month === 'number' && typeof of === 'number') {
    const at = new Date(0);
    at.setUTCFullYear(year, month - 1, of);
    if (!Number.isNaN(at.getTime())) return day.format(at);
  }
  return typeof name === 'string' ? name : JSON.stringify(value);
}

/** What an attribute that nobody has named is called: what its id says. */
export function nameIn(id: string): string {
  const words = (parseFieldId(id)?.name ?? id).replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
