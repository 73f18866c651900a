import type { Blame } from './refusal.ts';

/** An e-mail as a channel takes it: rendered, addressed, nothing left to decide. */
export interface Mail {
  /** Without the angle brackets. Stays the same when the message is sent again. */
  messageId: string;
  date: Date;
  from: { name: string; address: string };
  replyTo?: string | undefined;
  to: string;
  subject: string;
  /** Left out: it is text and nothing else. */
  html?: string | undefined;
  text: string;
  /** Left out: nobody unsubscribes from it. */
  unsubscribeUrl?: string | undefined;
}

/**
 * What became of a mail that was handed to a channel.
 * - `sent`: the other side has it, and said so.
 * - `refused`: it does not have it, and said why; `about` tells whether the recipient is at fault, the mail, or the channel.
 *   `brokeOff`: it said nothing, and the connection ended before it was handed over.
 * - `unreachable`: no mail can be handed over at all; this one was not.
 * - `stale`: it waited so long for its turn that it is to be asked anew whether it may go; this one was not handed over.
 * - `uncertain`: it was on its way when the answer was lost.
 */
export type SendOutcome =
  | { did: 'sent'; response: string }
  | { did: 'refused'; forGood: boolean; about: Blame; response: string; brokeOff?: boolean }
  | { did: 'unreachable'; why: string }
  | { did: 'stale' }
  | { did: 'uncertain'; why: string };

export interface EmailChannel {
  /** How many mails it carries at the same time. */
  readonly capacity: number;
  /** Never rejects: every outcome is a value. `isStale` is asked once it could be handed over. */
  send(mail: Mail, isStale?: () => boolean): Promise<SendOutcome>;
  close(): Promise<void>;
}
