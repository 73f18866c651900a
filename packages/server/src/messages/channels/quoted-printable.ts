const HEX = Buffer.from('0123456789ABCDEF');
/** 76 characters a line, the "=" of a soft break among them (RFC 2045 6.7). */
const LINE_MAX = 75;
const [TAB, LF, CR, SPACE, EQUALS, TILDE] = [9, 10, 13, 32, 61, 126];

/** Text with CRLF line ends in quoted-printable, as UTF-8. */
export function quotedPrintable(text: string): string {
  const bytes = Buffer.from(text);
  // At worst three characters a byte, and a soft break every 73.
  const out = Buffer.allocUnsafe(bytes.length * 4 + 8);
  let end = 0;
  let column = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === CR && bytes[i + 1] === LF) {
      out[end++] = CR;
      out[end++] = LF;
      column = 0;
      i += 1;
      continue;
    }
    const endsLine = i + 1 === bytes.length || (bytes[i + 1] === CR && bytes[i + 2] === LF);
    const isBlank = byte === SPACE || byte === TAB;
    const plain = isBlank ? !endsLine : byte > SPACE && byte <= TILDE && byte !== EQUALS;
    const width = plain ? 1 : 3;
    if (column + width > LINE_MAX) {
      out[end++] = EQUALS;
      out[end++] = CR;
      out[end++] = LF;
      column = 0;
    }
    if (plain) out[end++] = byte;
    else {
      out[end++] = EQUALS;
      out[end++] = HEX[byte >> 4]!;
      out[end++] = HEX[byte & 15]!;
    }
    column += width;
  }
  return out.toString('latin1', 0, end);
}
