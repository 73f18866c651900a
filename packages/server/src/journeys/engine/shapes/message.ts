import { contentOf, type MessageShape } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

const names: { readonly [K in MessageShape['kind']]: string } = {
  email: 'the e-mail',
  sms: 'an SMS',
  push: 'the push message',
  inapp: 'an in-app message',
  webhook: 'the webhook to',
  notice: 'the note to the team',
  slack: 'a message in Slack',
};

/** Puts the message into the outbox: what becomes of it comes back as activities. */
export function message(shape: MessageShape, moment: Moment): Move {
  const sending = 'sending' in shape ? shape.sending : undefined;
  return doing(shape, moment, () => ({
    did: `asked for ${names[shape.kind]}${what(shape)}`,
    effect: { kind: 'message', content: contentOf(shape), sending },
  }));
}

function what(shape: MessageShape): string {
  if (shape.kind === 'email') return ` “${shape.template}”`;
  if (shape.kind === 'webhook') return ` ${new URL(shape.url.replace(/[?#{].*$/s, '')).host}`;
  if (shape.kind === 'push') return ` “${shape.title}”`;
  return shape.kind === 'notice' ? ` “${shape.subject}”` : '';
}
