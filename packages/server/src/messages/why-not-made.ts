import type { MessageChannel } from '@tributary/model';
import { messageOf } from '../platform/errors.ts';

const WORDS: Readonly<Record<MessageChannel, string>> = {
  email: 'the template can not be rendered',
  webhook: 'the webhook can not be made',
  notice: 'the note can not be rendered',
  sms: 'the SMS can not be rendered',
  push: 'the push message can not be rendered',
  inapp: 'the in-app message can not be rendered',
  slack: 'the message in Slack can not be rendered',
};

/** Why a message can not be made, as timelines have it and simulations foretell it. */
export const whyNotMade = (channel: MessageChannel, why: unknown): string =>
  `${WORDS[channel]}: ${typeof why === 'string' ? why : messageOf(why)}`;

/** The same of an e-mail whose template is not there. */
export const noTemplate = (name: string): string => `there is no template "${name}"`;
