import type { KeyObject } from 'node:crypto';
import { HARD_BOUNCED, type Person } from '../../people/index.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Mail } from '../channels/channel.ts';
import { renderEmail } from '../render/email.ts';
import type { ClaimedMessage } from '../store/outbox.sql.ts';
import type { LoadedTemplate } from '../templates.ts';
import type { DisplayTypes } from '../types.ts';

/** All that is needed to make a mail of a message. */
export interface Loaded {
  message: ClaimedMessage;
  template: LoadedTemplate;
  person: Person | undefined;
  /** Why the person's address is suppressed, if it is. */
  suppressed: string | undefined;
  secret: KeyObject;
  types: DisplayTypes;
}

export type Prepared =
  | { do: 'send'; mail: Mail }
  /** The person is not to get it. */
  | { do: 'skip'; reason: string }
  /** The template can not be rendered. */
  | { do: 'fail'; reason: string };

/** Where mails come from and what their links begin with. */
export interface Sender {
  from: { name: string; email: string };
  publicUrl: string;
  messageId: string;
  now: Date;
}

/** Decides whether the message may go, and makes the mail. */
export function prepare(loaded: Loaded, sender: Sender): Prepared {
  const { message, person, template } = loaded;
  const obstacle = whyNot(person, loaded.suppressed);
  if (obstacle !== undefined || !person) return { do: 'skip', reason: obstacle ?? '' };
  if ('broken' in template.email) return { do: 'fail', reason: template.email.broken };
  const { email } = template;
  try {
    const rendered = renderEmail(
      email,
      { person, entryActivityId: message.entryActivityId ?? undefined, entry: message.entry },
      loaded.types,
      { publicUrl: sender.publicUrl, secret: loaded.secret, workspaceId: message.workspaceId, messageId: message.id },
    );
    const { from } = sender;
    return {
      do: 'send',
      mail: {
        ...rendered,
        messageId: sender.messageId,
        date: sender.now,
        from: { name: email.fromName ?? from.name, address: email.fromEmail ?? from.email },
        replyTo: email.replyTo,
        to: person.fields['str::email'] as string,
      },
    };
  } catch (error) {
    return { do: 'fail', reason: `the template can not be rendered: ${messageOf(error)}` };
  }
}

/** Why a person gets no e-mail at all. */
export function whyNot(person: Person | undefined, suppressed: string | undefined): string | undefined {
  if (!person) return 'the person is no longer there';
  if (person.archivedAt) return 'the person is archived';
  const { fields } = person;
  const address = fields['str::email'];
  if (typeof address !== 'string' || address === '') return 'the person has no e-mail address';
  if (!/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) return `"${address}" is not an e-mail address`;
  if (fields['bol::p'] === false) return 'the person has unsubscribed from e-mail';
  if (suppressed === HARD_BOUNCED) return 'mail to this address has bounced before';
  return suppressed === undefined ? undefined : `the address is on the suppression list (${suppressed})`;
}
