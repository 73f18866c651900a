import { addressesIn, contentTypeOf, type Head } from './head.ts';

/** Header fields that only programs set, whatever they say. */
const BY_THEMSELVES = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-mail-autoreply',
  'x-autoreply-from',
  'x-fc-machinegenerated',
] as const;

/** Values of Precedence by which programs ask not to be answered. "list" is that of groups, in which people answer. */
const PRECEDENCE = /^(?:bulk|junk|auto[-_]?reply)$/i;

/** Who writes when a mail can not be delivered. */
const POSTMEN = /^(?:mailer-daemon|postmaster|mail-daemon)@/;

/**
 * Why a mail is taken for one that a program wrote, or undefined where a person is assumed: RFC 3834 and what vacation
 * programs did before it. A list of one of `ownDomains` is a mailbox that a team shares, such as a group of Google's,
 * which puts a List-Id on whatever a customer writes to it.
 */
export function automaticReason(head: Head, ownDomains: ReadonlySet<string>): string | undefined {
  const submitted = head
    .first('auto-submitted')
    ?.replace(/\(.*|;.*/, '')
    .trim()
    .toLowerCase();
  if (submitted !== undefined && submitted !== 'no') return `Auto-Submitted: ${submitted.slice(0, 40)}`;
  const set = BY_THEMSELVES.find((name) => said(head, name));
  if (set) return `it has a header ${set}`;
  const precedence = head.all('precedence').find((value) => PRECEDENCE.test(value));
  if (precedence) return `Precedence: ${precedence.toLowerCase()}`;
  if (said(head, 'x-auto-response-suppress')) return 'it has a header x-auto-response-suppress';
  const list = head.all('list-id').find((value) => !isOwnList(value, ownDomains));
  if (list !== undefined) return 'it came through a mailing list (List-Id)';
  if (head.all('return-path').some((value) => /^<\s*>$/.test(value))) return 'its Return-Path is empty';
  const { type } = contentTypeOf(head);
  if (type === 'multipart/report') return 'it is a report (multipart/report)';
  if (addressesIn(head, 'from').some((address) => POSTMEN.test(address))) return 'a mail server wrote it';
  return undefined;
}

/** Some programs write such a header on every mail, with "no", to say that it is not meant. */
function said(head: Head, name: string): boolean {
  return head.all(name).some((value) => !/^(?:no|none|false|0)?$/i.test(value));
}

/** `Sales <sales.acme.example>`, or `<sales@acme.example>`. */
function isOwnList(value: string, ownDomains: ReadonlySet<string>): boolean {
  const id = (/<([^<>]+)>\s*$/.exec(value)?.[1] ?? value).trim().toLowerCase();
  return [...ownDomains].some((domain) => id.endsWith(`.${domain}`) || id.endsWith(`@${domain}`));
}
