import type { MessageChannel, MessageContent } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { CompiledEmail } from './render/email.ts';
import { type CompiledNotice, compileNotice } from './render/notice.ts';
import { type CompiledWebhook, compileWebhook, webhookName } from './render/webhook.ts';
import { listContents, type OwnContent } from './store/content.sql.ts';

type OrBroken<Compiled> = Compiled | { broken: string };

/** What a message is made from, ready to be rendered, or why it can not be. `name` is what people call it. */
export type Made =
  | { channel: 'email'; name: string; email: OrBroken<CompiledEmail> | { gone: string } }
  | { channel: 'webhook'; name: string; webhook: OrBroken<CompiledWebhook> }
  | { channel: 'notice'; name: string; to: string; notice: OrBroken<CompiledNotice> }
  | { channel: Exclude<MessageChannel, 'email' | 'webhook' | 'notice'>; name: string };

/** Compiled, or what is wrong with it as it is said to people. */
function orBroken<Compiled>(compile: () => Compiled): OrBroken<Compiled> {
  try {
    return compile();
  } catch (error) {
    return { broken: messageOf(error) };
  }
}

/** What people call what a message says. */
function nameOf(content: Exclude<MessageContent, { channel: 'email' }>): string {
  switch (content.channel) {
    case 'webhook':
      return webhookName(content);
    case 'notice':
      return content.subject;
    case 'push':
      return content.title;
    default:
      return content.text.slice(0, 80);
  }
}

function madeOf(content: OwnContent): Made {
  const name = nameOf(content);
  switch (content.channel) {
    case 'webhook':
      return { channel: content.channel, name, webhook: orBroken(() => compileWebhook(content)) };
    case 'notice':
      return { channel: content.channel, name, to: content.to[0]!, notice: orBroken(() => compileNotice(content)) };
    default:
      return { channel: content.channel, name };
  }
}

export interface ContentCache {
  get(db: Queryable, ids: readonly number[]): Promise<ReadonlyMap<number, Made>>;
}

const KEPT_MAX = 500;

/** Keeps what messages are made from, compiled: contents never change. */
export function createContentCache(): ContentCache {
  const kept = new Map<number, Made>();
  return {
    async get(db, ids) {
      if (ids.some((id) => !kept.has(id))) {
        // All that are asked for, as making room may have thrown out some that were there.
        if (kept.size + ids.length > KEPT_MAX) kept.clear();
        const missing = [...new Set(ids)].filter((id) => !kept.has(id));
        for (const { id, content } of await listContents(db, missing)) kept.set(id, madeOf(content));
      }
      return kept;
    },
  };
}
