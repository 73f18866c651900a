import type { Memory } from '@tributary/connector-kit';
import { z } from 'zod';

const id = z.number().int();

/** A lead as it was last read. */
const leadMemory = z.object({
  statusId: id,
  pipelineId: id,
  contactId: id.nullable(),
  updatedAt: id,
  responsibleUserId: id.nullable(),
  price: z.number().nullable(),
  name: z.string(),
  /** The moment of the last change of stage that somebody was told of, in milliseconds. */
  toldAt: z.number().optional(),
  /** A change of stage that nobody could be told of yet, since the lead had no contact: where it came from. */
  owed: z.object({ statusId: id.optional(), pipelineId: id.optional() }).optional(),
  /** It was deleted, and is as it was then; in milliseconds. */
  deletedAt: z.number().optional(),
});
export type LeadMemory = z.infer<typeof leadMemory>;

/** A contact as it was last read. */
const contactMemory = z.object({
  email: z.string().optional(),
  first: z.string().optional(),
  last: z.string().optional(),
  phone: z.string().optional(),
  /** Milliseconds. */
  readAt: z.number(),
});
export type ContactMemory = z.infer<typeof contactMemory>;

/** A contact that was deleted. */
const goneContact = z.object({ gone: z.literal(true) });

/** That it is done was told. */
const taskMemory = z.object({ done: z.literal(true) });

const accountMemory = z.object({ id });
/** Seconds: from when on the past counts, and up to when it was read. */
const cursorMemory = z.object({ since: id, upTo: id });
export type CursorMemory = z.infer<typeof cursorMemory>;

/** The same memory, which asks for each thing once: what is asked for early is there when it is needed. */
export function recallingOnce(memory: Memory): Memory {
  const asked = new Map<string, ReturnType<Memory['recall']>>();
  const nameOf = (kind: string, key: string): string => `${kind}\n${key}`;
  return {
    async recall(kind, keys) {
      const fresh = keys.filter((key) => !asked.has(nameOf(kind, key)));
      const answer = memory.recall(kind, fresh);
      for (const key of fresh) asked.set(nameOf(kind, key), answer);
      const answers = await Promise.all(keys.map((key) => asked.get(nameOf(kind, key))!));
      return new Map(
        keys.flatMap((key, i) => {
          const value = answers[i]!.get(key);
          return value === undefined ? [] : [[key, value]];
        }),
      );
    },
  };
}

export const recallLeads = recaller('lead', leadMemory);
export const recallContacts = recaller('contact', contactMemory);
export const recallGoneContacts = recaller('contact', goneContact);
export const recallTasks = recaller('task', taskMemory);

/** The account's id as its leads named it; undefined until one was read. */
export async function recallAccount(memory: Memory): Promise<number | undefined> {
  return (await recaller('account', accountMemory)(memory, ['self'])).get('self')?.id;
}

/** How far catching up has come; undefined before the first time. */
export async function recallCursor(memory: Memory): Promise<CursorMemory | undefined> {
  return (await recaller('cursor', cursorMemory)(memory, ['events'])).get('events');
}

/** What does not look as it should, such as a memory of an older version, counts as never remembered. */
function recaller<T>(kind: string, schema: z.ZodType<T>) {
  return async (memory: Memory, keys: readonly string[]): Promise<Map<string, T>> => {
    const found = new Map<string, T>();
    if (keys.length === 0) return found;
    for (const [key, value] of await memory.recall(kind, keys)) {
      const read = schema.safeParse(value);
      if (read.success) found.set(key, read.data);
    }
    return found;
  };
}
