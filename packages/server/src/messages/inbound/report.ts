import { simpleParser } from 'mailparser';
import { judge } from '../channels/refusal.ts';
import { contentTypeOf, type Head, headOf, idsIn } from './head.ts';
import { headIn } from './source.ts';

/** That a mail could not be delivered after all, in the words of the server that gave it up. */
export interface Undelivered {
  /** Whether the address is at fault, the mail or our right to send; and whether it would be so again. */
  about: ReturnType<typeof judge>['about'];
  forGood: boolean;
  response: string;
}

/** What a provider says of mails: why they were not delivered (RFC 3464), or that whoever got them calls them spam (RFC 5965). */
export interface Report {
  /** The Message-IDs of the mails that it brings along. */
  about: string[];
  /** Undefined: nothing has failed yet, such as of a mail that is late. */
  undelivered?: Undelivered | undefined;
  /** How whoever got the mail complains of it. */
  complaint?: Complaint | undefined;
}

/** Kinds of feedback that ask for no more mail; others are of a virus, of a signature, or that a mail was no spam. */
const COMPLAINTS = ['abuse', 'fraud', 'opt-out', 'opt-out-list'] as const;
export type Complaint = (typeof COMPLAINTS)[number];

const FEEDBACK = 'message/feedback-report';
const STATUS = /^message\/(?:global-)?delivery-status$/;
const ORIGINAL = /^(?:message\/(?:rfc822|global)|text\/rfc822-headers|message\/global-headers)$/;

export function isReport(head: Head): boolean {
  const { type, parameter } = contentTypeOf(head);
  return type === 'multipart/report' && ['delivery-status', 'feedback-report'].includes(parameter('report-type') ?? '');
}

/** Reads a report, of which the end may be missing; undefined where it can not be made out. */
export async function readReport(source: Buffer): Promise<Report | undefined> {
  const parts = await partsOf(source);
  const told = parts?.find(({ contentType }) => STATUS.test(contentType) || contentType === FEEDBACK);
  if (!parts || !told) return undefined;
  const originals = parts.filter(({ contentType }) => ORIGINAL.test(contentType)).slice(0, 3);
  const about = originals.flatMap(({ content }) => idsIn(headOf(headIn(content)), 'message-id'));
  if (told.contentType === FEEDBACK) return { about, complaint: complaintIn(told.content) };
  return { about, undelivered: undeliveredIn(told.content) };
}

function complaintIn(feedback: Buffer): Complaint | undefined {
  const type = headOf(feedback).first('feedback-type')?.toLowerCase();
  return COMPLAINTS.find((one) => one === type);
}

/** Not to be taken apart: too many parts, or too deep. Then it is no notification that a mail server made. */
async function partsOf(source: Buffer): Promise<{ contentType: string; content: Buffer }[] | undefined> {
  const options = { keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true };
  return simpleParser(source, { ...options, skipImageLinks: true }).then(
    ({ attachments }) => attachments,
    () => undefined,
  );
}

/** Fields about the whole, and about each recipient: groups with empty lines between them. */
function undeliveredIn(status: Buffer): Undelivered | undefined {
  const groups = status
    .toString('latin1')
    .split(/\r?\n[ \t]*\r?\n/)
    .map((text) => headOf(Buffer.from(text, 'latin1')));
  const failed = groups.find((group) => /^failed\b/i.test(group.first('action') ?? ''));
  if (!failed) return undefined;
  const code = /^[245]\.\d{1,3}\.\d{1,3}/.exec(failed.first('status') ?? '')?.[0] ?? '5.0.0';
  // Given up is given up, though each try of it may have been refused for the moment only (4.4.7).
  const response = responseOf(failed, code);
  const judged = judge({ code: Number(response.slice(0, 3)), response, command: 'RCPT TO' });
  return { ...judged, response };
}

/** As an SMTP server would have said it: "550 5.1.1 No such user". */
function responseOf(group: Head, status: string): string {
  const said = (group.first('diagnostic-code') ?? '')
    .replace(/^[\w-]+\s*;\s*/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const [, code, words] = /^([245]\d\d)[ -]+(.*)$/.exec(said) ?? [];
  const text = words ?? said;
  const enhanced = /^[245]\.\d{1,3}\.\d{1,3}\b/.test(text) ? '' : `${status} `;
  const number = code ?? (status.startsWith('4') ? '450' : '550');
  return `${number} ${enhanced}${text}`.trim().slice(0, 500);
}
