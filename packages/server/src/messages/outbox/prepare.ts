import type { KeyObject } from 'node:crypto';
import type { MessageChannel } from '@tributary/model';
import type { Person } from '../../people/index.ts';
import type { Mail } from '../channels/channel.ts';
import type { Made } from '../made.ts';
import { renderEmail } from '../render/email.ts';
import { renderNotice } from '../render/notice.ts';
import type { ClaimedMessage } from '../store/outbox.sql.ts';
import type { DisplayTypes } from '../types.ts';
import { whyNotMade } from '../why-not-made.ts';
import type { Ruled } from './rules.ts';

/** All that is needed to judge a message and to make what is sent. */
export interface Loaded extends Ruled {
  message: ClaimedMessage;
  made: Made;
  secret: KeyObject;
  types: DisplayTypes;
}

export type Prepared =
  | { do: 'send'; mail: Mail }
  /** What it is made from can not be rendered. */
  | { do: 'fail'; reason: string };

/** Where mails come from and what their links begin with. */
export interface Sender {
  from: { name: string; email: string };
  publicUrl: string;
  messageId: string;
  now: Date;
}

/** Makes the mail of a message that may go to this person. */
export function prepareMail(loaded: Loaded, person: Person, sender: Sender): Prepared {
  const { message, made, types } = loaded;
  const { entryActivityId, entry } = message;
  const subject = { person, entryActivityId: entryActivityId ?? undefined, entry, now: sender.now };
  const common = {
    messageId: sender.messageId,
    date: sender.now,
    from: { name: sender.from.name, address: sender.from.email },
  };
  if (made.channel === 'notice') {
    const { notice, to } = made;
    if ('broken' in notice) return { do: 'fail', reason: whyNotMade(made.channel, notice.broken) };
    return rendered(made.channel, () => ({ ...common, ...renderNotice(notice, subject, types), to }));
  }
  if (made.channel !== 'email') throw new Error(`${made.channel} is not made into a mail`);
  const { email } = made;
  if ('gone' in email) return { do: 'fail', reason: email.gone };
  if ('broken' in email) return { do: 'fail', reason: whyNotMade(made.channel, email.broken) };
  const { workspaceId, id: messageId } = message;
  const { publicUrl, from } = sender;
  return rendered(made.channel, () => {
    const tracking = { publicUrl, secret: loaded.secret, workspaceId, messageId };
    const { fromName = from.name, unsubscribeUrl, ...seen } = renderEmail(email, subject, types, tracking);
    return {
      ...common,
      ...seen,
      // Whoever unsubscribed gets a receipt all the same: an offer that is not kept is none.
      unsubscribeUrl: message.rules.transactional ? undefined : unsubscribeUrl,
      from: { name: fromName, address: email.fromEmail ?? from.email },
      replyTo: email.replyTo,
      to: person.fields['str::email'] as string,
    };
  });
}

function rendered(channel: MessageChannel, make: () => Mail): Prepared {
  try {
    return { do: 'send', mail: make() };
  } catch (error) {
    return { do: 'fail', reason: whyNotMade(channel, error) };
  }
}
