import { UserError } from '../../platform/errors.ts';
import type { Encoding } from '../types.ts';

/** Turns a file's bytes into UTF-8 as they come. */
export interface Transcoder {
  push(bytes: Buffer): Buffer;
  end(): Buffer;
  /** What the file was found to be written in, so far. */
  encoding(): Encoding;
}

const encodings: readonly Encoding[] = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1251', 'windows-1252'];

/** Enough to see a byte order mark, or the zeros of UTF-16. */
const FIRST = 4;

/**
 * The encoding is that of a byte order mark, or what the first bytes beyond
 * ASCII look like: a file may begin with a thousand plain rows. Until then
 * nothing has to be decided, for all of them write ASCII alike but UTF-16,
 * whose zeros tell.
 */
export function createTranscoder(given?: Encoding): Transcoder {
  let encoding: Encoding | undefined = given;
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let held: Buffer = Buffer.alloc(0);
  let begun = false;

  const decide = (is: Encoding): void => {
    encoding = is;
    decoder = new TextDecoder(is);
  };
  const pass = (bytes: Buffer, last: boolean): Buffer => {
    if (bytes.length === 0 && !(last && decoder)) return bytes;
    if (!begun) {
      begun = true;
      const found = encoding ?? byMarkOrZeros(bytes);
      if (found) decide(found);
    }
    if (!decoder) {
      const at = bytes.findIndex((byte) => byte >= 0x80);
      if (at < 0) return bytes;
      decide(byLooks(bytes.subarray(at)));
    }
    return Buffer.from(decoder!.decode(bytes, { stream: !last }));
  };
  return {
    push(bytes) {
      if (begun) return pass(bytes, false);
      held = Buffer.concat([held, bytes]);
      return held.length < FIRST ? Buffer.alloc(0) : pass(held, false);
    },
    end: () => pass(begun ? Buffer.alloc(0) : held, true),
    encoding: () => encoding ?? 'utf-8',
  };
}

function byMarkOrZeros(head: Buffer): Encoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head.length < FIRST) return undefined;
  if (head[0] !== 0 && head[1] === 0 && head[3] === 0) return 'utf-16le';
  if (head[0] === 0 && head[2] === 0 && head[1] !== 0) return 'utf-16be';
  return undefined;
}

/** How much of what follows is looked at. */
const LOOK = 64 * 1024;

/**
 * UTF-8 is hardly ever right by accident. Of the others: Cyrillic words are all
 * high bytes, while in western languages an accented letter stands among plain ones.
 */
function byLooks(bytes: Buffer): Encoding {
  const look = bytes.subarray(0, LOOK);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(look, { stream: true });
    return 'utf-8';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  let high = 0;
  let together = 0;
  for (let i = 0; i < look.length; i++) {
    if (look[i]! < 0xc0) continue;
    high += 1;
    if (look[i - 1]! >= 0xc0 || look[i + 1]! >= 0xc0) together += 1;
  }
  return together * 2 > high ? 'windows-1251' : 'windows-1252';
}

/** The encoding by its name, as people and programs write it. */
export function encodingFrom(text: string): Encoding {
  const name = text
    .toLowerCase()
    .replace(/^cp-?/, 'windows-')
    .replace(/^utf(\d)/, 'utf-$1')
    .replace(/^utf-16$/, 'utf-16le');
  const found = encodings.find((encoding) => encoding === name);
  if (!found) throw new UserError('import_encoding', `the encoding "${text}" is not one of ${encodings.join(', ')}`);
  return found;
}
