import { type ParsedMail, simpleParser } from 'mailparser';
import type { Mailbox } from '../messages/index.ts';

/** What a person's mail program shows itself as. */
export const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
/** Apple's Mail Privacy Protection, which loads every picture whether or not the mail is read. */
export const PRIVACY_PROXY = 'Mozilla/5.0';

/** The mail that has arrived for an address, oldest first, as its mail program reads it. */
export async function mailsTo(mailbox: Mailbox, address: string): Promise<ParsedMail[]> {
  const mails = await mailbox.mailsTo(address);
  return Promise.all(mails.map(({ source }) => simpleParser(source)));
}

/** Opens a mail: loads the pictures in it, as a mail program does. */
export async function open(mail: ParsedMail, userAgent = BROWSER): Promise<void> {
  for (const [, src] of String(mail.html).matchAll(/<img[^>]+src="([^"]+)"/g)) await visit(decode(src!), userAgent);
}

/** Clicks the first link to that site; returns where it led. */
export async function click(mail: ParsedMail, text: string): Promise<string> {
  for (const [, href, label] of String(mail.html).matchAll(/<a[^>]+href="([^"]+)"[^>]*>([^<]*)</g)) {
    if (!label?.includes(text)) continue;
    const answer = await visit(decode(href!), BROWSER);
    return answer.headers.get('location') ?? '';
  }
  throw new Error(`the mail has no link “${text}”`);
}

/** Unsubscribes as the mail program's own button does: one POST, no page, no question (RFC 8058). */
export async function unsubscribe(mail: ParsedMail): Promise<void> {
  const header = mail.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line ?? '';
  const url = /<(https?:[^>]+)>/.exec(header.replace(/\r?\n\s+/g, ''))?.[1];
  if (!url) throw new Error('the mail has no List-Unsubscribe address');
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
  if (!answer.ok) throw new Error(`unsubscribing answered ${answer.status}`);
}

function visit(url: string, userAgent: string): Promise<Response> {
  return fetch(url, { redirect: 'manual', headers: { 'user-agent': userAgent } });
}

const decode = (attribute: string): string => attribute.replace(/&amp;|&#38;/g, '&').replace(/&#61;/g, '=');
