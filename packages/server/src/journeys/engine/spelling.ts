import { createHash } from 'node:crypto';
import { timeIn } from '@tributary/model';

const JSON_MAX = 255;

/**
 * An attribute's value as a text that is the same for the same value, however it was written: what runs are told apart by.
 * It is stored with them as their key, so texts and numbers are spelled as they are.
 */
export function spelling(id: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return short(JSON.stringify(value, sorted));
  return id.startsWith('tme:') ? moment(String(value)) : String(value);
}

/** Keys are indexed, and PostgreSQL takes no more than some 2,700 bytes there; objects may have 15,000. */
function short(json: string): string {
  return json.length <= JSON_MAX ? json : createHash('sha256').update(json).digest('base64url');
}

function moment(text: string): string {
  const read = timeIn(text);
  return 'at' in read ? read.at.toISOString().replace('.000Z', 'Z') : text;
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
}
