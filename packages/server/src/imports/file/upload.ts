import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { insertChunk } from '../store/chunk.sql.ts';
import type { Encoding } from '../types.ts';
import { BEGINNING, binaryBy, hasZeros } from './binary.ts';
import { createTranscoder } from './decode.ts';

const CHUNK = 1024 * 1024;
/** What dialect, columns and sample are read from. */
const HEAD = 256 * 1024;

/**
 * Puts a file into the database as it comes, as UTF-8, about a megabyte at a
 * time: no more of it is ever in memory, and who sends faster than the
 * database takes waits.
 */
export async function storeFile(
  db: Db,
  of: { workspaceId: number; importId: string; now: () => Date },
  file: AsyncIterable<Buffer>,
  encoding: Encoding | undefined,
): Promise<{ bytes: number; head: Buffer; encoding: Encoding }> {
  const transcoder = createTranscoder(encoding);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let bytes = 0;
  let head: Buffer = Buffer.alloc(0);
  let first: Buffer = Buffer.alloc(0);
  const flush = async (): Promise<void> => {
    const body = Buffer.concat(waiting);
    if (body.length === 0) return;
    if (head.length < HEAD) head = Buffer.concat([head, body.subarray(0, HEAD - head.length)]);
    await insertChunk(db, of.workspaceId, of.importId, { start: bytes, body }, of.now());
    bytes += body.length;
    waiting = [];
    waitingBytes = 0;
  };
  for await (const piece of file) {
    if (first.length < BEGINNING) {
      first = Buffer.concat([first, piece.subarray(0, BEGINNING)]);
      const told = binaryBy(first);
      if (told) throw new UserError('import_type', `the file is ${told}`, 415);
    }
    const text = transcoder.push(piece);
    waiting.push(text);
    waitingBytes += text.length;
    if (waitingBytes >= CHUNK) await flush();
  }
  waiting.push(transcoder.end());
  await flush();
  if (bytes === 0) throw new UserError('import_empty', 'the file is empty');
  if (hasZeros(head))
    throw new UserError('import_type', 'the file is no text: it has zero bytes in it. What is needed is CSV', 415);
  return { bytes, head, encoding: transcoder.encoding() };
}
