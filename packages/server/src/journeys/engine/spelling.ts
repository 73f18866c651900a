import { createHash } from 'node:crypto';
import { timeIn } from '@tributary/model';

const JSON_MAX = 255;
/** In bytes. Keys are indexed, and PostgreSQL takes no more than some 2,700 there; a text may have 16,000. */
const TEXT_MAX_BYTES = 2000;

/**
 * An attribute's value as a text that is the same for the same value, however it was written: what runs are told apart by.
 * It is stored with them as their key, so numbers, and texts that the key's index takes, are spelled as they are.
 */
export function spelling(id: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') {
    const json = JSON.stringify(value, sorted);
    return json.length <= JSON_MAX ? json : hash(json);
  }
  const text = id.startsWith('tme:') ? moment(String(value)) : String(value);
  return Buffer.byteLength(text) <= TEXT_MAX_BYTES ? text : hash(text);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

function moment(text: string): string {
  const read = timeIn(text);
  return 'at' in read ? read.at.toISOString().replace('.000Z', 'Z') : text;
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
}
