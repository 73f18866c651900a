import type { MessageChannel } from '@tributary/model';

/** The channels that `messages` can send by. */
export const CHANNELS: ReadonlySet<MessageChannel> = new Set(['email', 'webhook', 'notice']);
