import { UserError } from '../../platform/errors.ts';

/** As much as mail providers take. */
const MAIL_MAX_BYTES = 25 * 1024 * 1024;
/** More than mail servers take: Postfix takes a hundred kilobytes, Gmail five hundred. */
export const HEAD_MAX_BYTES = 512 * 1024;
/** Of a notification that a mail was not delivered: what failed stands before the mail that it brings along. */
export const REPORT_MAX_BYTES = 1024 * 1024;

/** What is kept of a mail while it is decided what it is. */
export interface Beginning {
  head: Buffer;
  /** With the head, up to `REPORT_MAX_BYTES`. */
  start: Buffer;
}

/** Reads a mail to its end, and keeps its beginning. Throws a `UserError` where it is too large, or none. */
export async function beginningOf(source: AsyncIterable<Uint8Array>): Promise<Beginning> {
  const kept: Uint8Array[] = [];
  let [size, total] = [0, 0];
  for await (const chunk of source) {
    total += chunk.length;
    if (total > MAIL_MAX_BYTES) throw tooLarge();
    if (size < REPORT_MAX_BYTES) kept.push(chunk.subarray(0, REPORT_MAX_BYTES - size));
    size = Math.min(total, REPORT_MAX_BYTES);
  }
  if (total === 0) throw new UserError('mail_empty', 'there is no mail: send it as the body, as it came');
  const start = Buffer.concat(kept);
  return { head: headIn(start), start };
}

/** A mail up to its first empty line. */
export function headIn(mail: Buffer): Buffer {
  const end = /\r?\n\r?\n/.exec(mail.toString('latin1'))?.index;
  return end === undefined ? mail : mail.subarray(0, end);
}

function tooLarge(): UserError {
  return new UserError('mail_too_large', `a mail may have ${MAIL_MAX_BYTES / 1024 ** 2} MB`, 413);
}
