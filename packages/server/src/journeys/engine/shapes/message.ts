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
  const request = () => ({
    did: `asked for ${names[shape.kind]}${what(shape, moment)}`,
    effect: { kind: 'message', content: contentOf(shape), sending } as const,
  });
  return doing(shape, moment, request, { several: shape.kind === 'notice' ? new Set(shape.to).size : 1 });
}

function what(shape: MessageShape, moment: Moment): string {
  if (shape.kind === 'email') return ` “${shape.template}”`;
  if (shape.kind === 'webhook') return ` ${new URL(shape.url.replace(/[?#{].*$/s, '')).host}`;
  if (shape.kind === 'push') return ` “${asRead(shape.title, moment)}”`;
  return shape.kind === 'notice' ? ` “${asRead(shape.subject, moment)}”` : '';
}

/** A title as whoever gets it reads it. What can not be rendered fails as it is sent, and stands here as it was written. */
function asRead(text: string, { render }: Moment): string {
  try {
    return render(text).replace(/\s+/g, ' ').trim();
  } catch {
    return text;
  }
}
