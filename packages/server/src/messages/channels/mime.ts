import { domainToASCII } from 'node:url';
import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs';
import type { Mail } from './channel.ts';
import { quotedPrintable } from './quoted-printable.ts';

/** Longest line a server must take (RFC 5321 4.5.3.1.6), with some room. */
const LINE_MAX = 900;
const ENCODED_WORD_MAX = 52;

/**
 * The mail as it goes over the wire: text and HTML as alternatives, or text alone, UTF-8, and
 * the headers by which mailbox providers offer to unsubscribe in one click (RFC 8058).
 * Our own builder, for this one form: a general one takes longer to build a
 * mail than everything else that sending it takes.
 */
export function compose(mail: Mail): Buffer {
  const boundary = `=_${mail.messageId.replace(/[^\w.-]/g, '_').slice(0, 60)}`;
  const headers = [
    ['From', address(mail.from)],
    ['To', asciiAddress(mail.to)],
    ...(mail.replyTo ? [['Reply-To', asciiAddress(mail.replyTo)]] : []),
    ['Subject', words(mail.subject)],
    ['Message-ID', `<${mail.messageId}>`],
    ['Date', mail.date.toUTCString().replace('GMT', '+0000')],
    ...(mail.unsubscribeUrl === undefined
      ? []
      : [
          ['List-Unsubscribe', `<${mail.unsubscribeUrl}>`],
          ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
        ]),
    ['MIME-Version', '1.0'],
    ...(mail.html === undefined ? [] : [['Content-Type', `multipart/alternative; boundary="${boundary}"`]]),
  ];
  const head = headers.map(([name, value]) => `${folded(`${name}: ${unbroken(value!)}`)}\r\n`).join('');
  if (mail.html === undefined) return Buffer.from(`${head}${part('text/plain', mail.text)}\r\n`);
  const parts = [part('text/plain', mail.text), part('text/html', mail.html)];
  const body = parts.map((lines) => `--${boundary}\r\n${lines}\r\n`).join('');
  return Buffer.from(`${head}\r\n${body}--${boundary}--\r\n`);
}

/** An id is one word: folded after its name, some mail servers no longer find it, and an answer names nothing. */
const folded = (header: string): string => (/^Message-ID:/.test(header) ? header : foldLines(header, 76));

/** An address with its domain in the letters that every server takes. */
export function asciiAddress(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = domainToASCII(email.slice(at + 1));
  return unbroken(domain === '' ? email : `${email.slice(0, at)}@${domain}`);
}

function part(type: string, content: string): string {
  const lines = content.replace(/\r\n?|\n/g, '\r\n');
  const plain = /^[\t\r\n\x20-\x7e]*$/.test(lines) && !hasLongLine(lines);
  const encoding = plain ? '7bit' : 'quoted-printable';
  const body = plain ? lines : quotedPrintable(lines);
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
}

function hasLongLine(lines: string): boolean {
  for (let from = 0; from < lines.length; ) {
    const end = lines.indexOf('\r\n', from);
    if ((end < 0 ? lines.length : end) - from > LINE_MAX) return true;
    if (end < 0) return false;
    from = end + 2;
  }
  return false;
}

function address(from: Mail['from']): string {
  const email = asciiAddress(from.address);
  if (from.name === '') return email;
  const name = isPlain(from.name) ? `"${from.name.replace(/["\\]/g, '\\$&')}"` : encoded(from.name);
  return `${name} <${email}>`;
}

const words = (value: string): string => (isPlain(value) ? value : encoded(value));
/** As it is, unless it has words that no line could be folded in: one may have 998 characters (RFC 5322, 2.1.1). */
const isPlain = (value: string): boolean =>
  /^[\x20-\x7e]*$/.test(value) && !value.includes('=?') && !/[^ ]{200}/.test(value);
const encoded = (value: string): string => encodeWord(unbroken(value), 'B', ENCODED_WORD_MAX);

/** Nothing that comes from outside may begin a header of its own. */
const unbroken = (value: string): string => value.replace(/[\r\n\0]+/g, ' ');
