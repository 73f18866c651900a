import { simpleParser } from 'mailparser';

/** A mail taken apart for reading. */
export interface ReadMail {
  subject: string;
  from: string;
  html: string | undefined;
  text: string;
  headers: { name: string; value: string }[];
}

export async function readMail(source: Buffer): Promise<ReadMail> {
  // Nothing is made up: no HTML from text, no links of addresses, no pictures inlined.
  const mail = await simpleParser(source, { skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true });
  return {
    subject: mail.subject ?? '',
    from: mail.from?.text ?? '',
    html: mail.html === false ? undefined : mail.html,
    text: mail.text ?? '',
    headers: mail.headerLines.map(({ key, line }) => ({ name: key, value: line.slice(line.indexOf(':') + 1).trim() })),
  };
}

/** Who it is from and what it is about, from the beginning of a mail. */
export async function readHead(source: Buffer): Promise<{ subject: string; from: string }> {
  const end = source.indexOf('\r\n\r\n');
  const { subject, from } = await readMail(end < 0 ? source : source.subarray(0, end + 4));
  return { subject, from };
}
