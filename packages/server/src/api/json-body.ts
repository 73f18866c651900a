import { isUtf8 } from 'node:buffer';
import type { FastifyBodyParser, FastifyInstance } from 'fastify';
import { UserError } from '../platform/errors.ts';

/** JSON, but for names by which a program that takes it over could be changed; they are told of, and not as broken JSON. */
export function jsonParser(app: FastifyInstance): FastifyBodyParser<Buffer> {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, bytes, done) => {
    // What is no UTF-8 would be kept as U+FFFD, and nobody could tell any more what it was.
    if (!isUtf8(bytes)) return done(notUtf8(bytes), undefined);
    const body = bytes.toString();
    parse(request, body, (error, value) => done(error && isJson(body) ? refused() : error, value));
  };
}

function notUtf8(bytes: Buffer): UserError {
  const read = Buffer.from(bytes.toString());
  let at = read.findIndex((byte, i) => byte !== bytes[i]);
  // Back to where the character begins.
  while ((read[at]! & 0xc0) === 0x80) at -= 1;
  const byte = bytes[at]!.toString(16).padStart(2, '0');
  return new UserError('bad_request', `The body is not UTF-8: byte ${at} (0x${byte}) belongs to no character`);
}

const refused = (): UserError =>
  new UserError(
    'bad_request',
    'The body has a name in it that is not taken: "__proto__", or "constructor" with "prototype" in it',
  );

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Nothing is unpacked here: what is compressed would be taken for something that it is not. */
export function refuseCompressed(app: FastifyInstance): void {
  // After the key has been looked at, before the body is.
  app.addHook('preParsing', async ({ headers }) => {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (/^\s*(identity)?\s*$/i.test(encoding)) return;
    throw new UserError('compressed', `The body is compressed (Content-Encoding: ${encoding}): send it as it is`, 415);
  });
}
