import type { IntakeItem } from '@tributary/model';
import type { SendOutcome } from '../channels/channel.ts';
import type { Made } from '../made.ts';
import type { ClaimedMessage, MessageChange } from '../store/outbox.sql.ts';
import { CHANNEL_REFUSES } from '../store/reading.sql.ts';
import type { LaneName, WaitsFor } from '../types.ts';
import { nextTry } from './backoff.ts';
import { counts } from './rules.ts';
import { type News, tell } from './tell.ts';

/** How a message that was in hand came out of it. */
export type Result =
  | { did: 'skip' | 'fail'; reason: string }
  /** A rule makes it wait: nobody was asked to take it. */
  | { did: 'wait'; for: WaitsFor; until: Date; reason: string }
  /** Not handed to anyone, for its server is known to be away at the moment: that was no try. */
  | { did: 'hold'; until: Date; reason: string }
  /** Not handed to anyone: as if it had not been taken up. */
  | { did: 'back'; dueAt: Date }
  | (Exclude<SendOutcome, { did: 'unreachable' | 'stale' }> & {
      address: string;
      subject: string | null;
      /** Refused as all others are at the moment: that was no try. */
      held?: boolean;
      /** It asked not to be tried again before then. */
      notBefore?: Date | undefined;
    });

/** Before a mail that was held for the channel goes again; others try meanwhile whether it is open. */
const HELD_MS = 60_000;

/** What has to be known of a message whose outcome is told. */
export type ToldMessage = Pick<
  ClaimedMessage,
  'id' | 'workspaceId' | 'personId' | 'channel' | 'rules' | 'attributes' | 'attempts'
>;

/** What is written down for it: the row, and what the person's timeline says. */
export interface Settled {
  message: ToldMessage;
  change: MessageChange;
  items: IntakeItem[];
  /** An address that nobody has: no more mail goes there. */
  suppress?: string;
}

/** What a result means. Pure: the same for a mail sent a moment ago and for one in a test. */
export function settle(
  message: ToldMessage,
  made: Pick<Made, 'channel' | 'name'>,
  lane: LaneName,
  result: Result,
  now: Date,
): Settled {
  const subject = 'subject' in result ? result.subject : null;
  const address = 'address' in result ? result.address : null;
  const change = (state: MessageChange['state'], more: Partial<MessageChange> = {}): MessageChange => ({
    id: message.id,
    state,
    triesBack: 0,
    dueAt: null,
    address,
    subject,
    reason: null,
    waitsFor: null,
    sentAt: null,
    countedAt: (state === 'sent' || state === 'uncertain') && counts(message) ? now : null,
    ...more,
  });
  const settled = (row: MessageChange, ...items: IntakeItem[]): Settled => ({ message, change: row, items });
  const told = (news: News): IntakeItem => tell(message, made, { subject, address }, news, now);
  const notSent = (state: 'skipped' | 'failed', reason: string): Settled =>
    settled(change(state, { reason }), told({ was: 'not sent', reason }));

  switch (result.did) {
    case 'back':
      return settled(change('queued', { triesBack: 1, dueAt: result.dueAt }));
    case 'wait':
    case 'hold': {
      const { reason, until: dueAt } = result;
      const waitsFor = result.did === 'wait' ? result.for : null;
      return settled(change('queued', { triesBack: 1, reason, dueAt, waitsFor }));
    }
    case 'skip':
      return notSent('skipped', result.reason);
    case 'fail':
      return notSent('failed', result.reason);
    case 'sent':
      return settled(change('sent', { sentAt: now }), told({ was: 'sent', words: result.response }));
    case 'uncertain': {
      const { why: reason } = result;
      const again = nextTry(lane, message.attempts, now);
      if (again) return settled(change('uncertain', { reason, dueAt: again }));
      // Where every try ends so, a mail stays uncertain: somebody has to look. Of a webhook nobody knows more by looking.
      return lane === 'mail'
        ? settled(change('uncertain', { reason, dueAt: now }))
        : notSent('failed', `${reason}, in any of ${message.attempts} tries; it may have arrived`);
    }
    case 'refused': {
      const { response, about: whose, forGood } = result;
      const reason = whose === 'channel' ? `${CHANNEL_REFUSES}${response}` : response;
      if (result.held)
        return settled(change('queued', { triesBack: 1, reason, dueAt: new Date(now.getTime() + HELD_MS) }));
      const again = forGood ? undefined : nextTry(lane, message.attempts, now);
      if (again) return settled(change('queued', { reason, dueAt: later(again, result.notBefore) }));
      // Not the person's fault, and nothing that anybody should be told who looks at them: it was not sent.
      if (whose !== 'recipient' || made.channel !== 'email') return notSent('failed', reason);
      const [type, category] = forGood ? (['hard', 'address'] as const) : (['soft', 'given up'] as const);
      const bounce = told({ was: 'bounced', address: result.address, reason, type, category });
      if (!forGood) return settled(change('failed', { reason }), bounce);
      // Two items, so that the bounce is on the timeline even where the field is not to be had.
      const mark: IntakeItem = { who: bounce.who, fields: { 'bol::hb': true }, ours: true, source: 'Email' };
      return { ...settled(change('bounced', { reason }), mark, bounce), suppress: result.address };
    }
  }
}

function later(at: Date, notBefore: Date | undefined): Date {
  return notBefore && notBefore > at ? notBefore : at;
}
