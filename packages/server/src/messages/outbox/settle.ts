import type { Fields, IntakeItem } from '@tributary/model';
import { about, clip } from '../about.ts';
import type { SendOutcome } from '../channels/channel.ts';
import type { ClaimedMessage, MessageChange } from '../store/outbox.sql.ts';
import { CHANNEL_REFUSES } from '../store/reading.sql.ts';
import { nextTry } from './backoff.ts';

/** How a message that was in hand came out of it. */
export type Result =
  | { did: 'skip' | 'fail'; reason: string }
  /** Not handed to anyone: as if it had not been taken up. */
  | { did: 'back'; dueAt: Date }
  | (Exclude<SendOutcome, { did: 'unreachable' }> & {
      address: string;
      subject: string;
      /** Refused as all others are at the moment: that was no try. */
      held?: boolean;
    });

/** Before a mail that was held for the channel goes again; others try meanwhile whether it is open. */
const HELD_MS = 60_000;

/** What is written down for it: the row, and what the person's timeline says. */
export interface Settled {
  message: ClaimedMessage;
  change: MessageChange;
  items: IntakeItem[];
  /** An address that nobody has: no more mail goes there. */
  suppress?: string;
}

/** What a result means. Pure: the same for a mail sent a moment ago and for one in a test. */
export function settle(message: ClaimedMessage, template: string, result: Result, now: Date): Settled {
  const change = (state: MessageChange['state'], more: Partial<MessageChange> = {}): MessageChange => ({
    id: message.id,
    state,
    triesBack: 0,
    dueAt: null,
    address: 'address' in result ? result.address : null,
    subject: 'subject' in result ? result.subject : null,
    reason: null,
    sentAt: null,
    ...more,
  });
  const activity = (id: string, attributes: Fields = {}): IntakeItem => ({
    who: { personId: message.personId },
    fields: {},
    source: 'Email',
    activity: {
      id,
      attributes: {
        ...about({ ...message, template, subject: 'subject' in result ? result.subject : null }),
        ...attributes,
      },
      at: now,
      key: `${message.id}/${id}`,
    },
  });
  const settled = (row: MessageChange, ...items: IntakeItem[]): Settled => ({ message, change: row, items });

  switch (result.did) {
    case 'back':
      return settled(change('queued', { triesBack: 1, dueAt: result.dueAt }));
    case 'skip':
    case 'fail': {
      const state = result.did === 'skip' ? 'skipped' : 'failed';
      return settled(change(state, { reason: result.reason }), activity('act::sk', { 'str::rn': clip(result.reason) }));
    }
    case 'sent':
      return settled(change('sent', { sentAt: now }), activity('act::s'));
    case 'uncertain':
      // Where every try ends so, it stays uncertain: somebody has to look.
      return settled(change('uncertain', { reason: result.why, dueAt: nextTry(message.attempts, now) ?? now }));
    case 'refused': {
      const { response, address, about: whose } = result;
      const reason = whose === 'channel' ? `${CHANNEL_REFUSES}${response}` : response;
      if (result.held)
        return settled(change('queued', { triesBack: 1, reason, dueAt: new Date(now.getTime() + HELD_MS) }));
      const again = result.forGood ? undefined : nextTry(message.attempts, now);
      if (again) return settled(change('queued', { reason, dueAt: again }));
      // Not the person's fault, and nothing that anybody should be told who looks at them: it was not sent.
      if (whose !== 'recipient')
        return settled(change('failed', { reason }), activity('act::sk', { 'str::rn': clip(reason) }));
      const hard = result.forGood;
      const bounce = activity('act::b', {
        'str::be': clip(address),
        'str::br': clip(reason),
        'str::bt': hard ? 'hard' : 'soft',
        'str::bc': hard ? 'address' : 'given up',
      });
      if (!hard) return settled(change('failed', { reason }), bounce);
      // Two items, so that the bounce is on the timeline even where the field is not to be had.
      const mark: IntakeItem = { who: bounce.who, fields: { 'bol::hb': true }, ours: true, source: 'Email' };
      return { ...settled(change('bounced', { reason }), mark, bounce), suppress: address };
    }
  }
}
