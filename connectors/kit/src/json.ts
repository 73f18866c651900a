import { storable } from '@tributary/model';

/**
 * What an answer says in JSON; undefined where it is none. Without what PostgreSQL can not keep, U+0000 and halves of
 * characters: whoever types these into a name over there must not stop everything else.
 */
export function readJson(text: string): unknown {
  try {
    return UNSTORABLE.test(text)
      ? JSON.parse(text, (_, value) => (typeof value === 'string' ? storable(value) : value))
      : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As JSON writes U+0000, and halves of surrogate pairs. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;
