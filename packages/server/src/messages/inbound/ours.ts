import type { AnsweredMessage } from '../store/inbound.sql.ts';
import { addressesIn, type Head } from './head.ts';

type Sent = Pick<AnsweredMessage, 'address' | 'fromEmail' | 'replyTo'>;

/** The domains that a message was sent from, and where answers to it go. */
export function ownDomainsOf(message: Sent, from: string): ReadonlySet<string> {
  return new Set(ownAddresses(message, from).map(domainOf));
}

/**
 * Whether one of us wrote a mail: whoever sells goes on writing in the thread, and the mailbox gets a copy. Told by the
 * address, or by its domain, unless the message went to that very domain: a colleague who tries a journey does answer.
 */
export function isOurs(head: Head, message: Sent, from: string): boolean {
  const writer = addressesIn(head, 'from')[0];
  const to = message.address?.toLowerCase();
  if (writer === undefined || writer === to) return false;
  if (ownAddresses(message, from).includes(writer)) return true;
  return domainOf(writer) !== (to && domainOf(to)) && ownDomainsOf(message, from).has(domainOf(writer));
}

function ownAddresses({ fromEmail, replyTo }: Sent, from: string): string[] {
  return [from, fromEmail, replyTo].flatMap((address) => (address ? [address.toLowerCase()] : []));
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
