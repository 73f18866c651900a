import type { Memory } from '@tributary/connector-kit';
import { byIds } from '../rest/lists.ts';
import { contactsIn } from '../rest/records.ts';
import { contactMemoryOf, sameContact } from './contact.ts';
import { type ContactMemory, recallContacts } from './memory.ts';
import type { Reader } from './reader.ts';

/**
 * A contact read so recently is not read again for its deal, unless a hook said
 * that it changed: at seven requests a second, each one saved halves what the
 * next stage change has to wait for under load.
 */
const contactFreshFor = 10 * 60_000;

export interface Contacts {
  /** All that are there, read now or a moment ago. */
  now: Map<number, ContactMemory>;
  /** As they were last read before, where they were. */
  before: ReadonlyMap<string, ContactMemory>;
  /** Asked for just now, found or not. */
  read: number[];
  /** Named by a hook, and not as they were. */
  changed: number[];
}

/** The contacts that hooks named, and those of deals that changed. */
export async function readContacts(
  { api, tools }: Reader,
  wanted: { hinted: readonly number[]; forLeads: readonly number[] },
  memory: Memory,
): Promise<Contacts> {
  const ids = [...new Set([...wanted.hinted, ...wanted.forLeads])];
  const known = await recallContacts(memory, ids.map(String));
  const now = tools.now();
  const isFresh = (id: number) => {
    const contact = known.get(String(id));
    // Without an e-mail nothing can be sent, so the next look may be the one that finds it.
    if (!contact?.email || wanted.hinted.includes(id)) return false;
    return Math.abs(now.getTime() - contact.readAt) < contactFreshFor;
  };
  const read = ids.filter((id) => !isFresh(id));
  const current = new Map<number, ContactMemory>();
  for (const id of ids) {
    const contact = known.get(String(id));
    if (contact && isFresh(id)) current.set(id, contact);
  }
  const asked = new Set(read);
  for (const contact of contactsIn(await byIds(api, '/contacts', 'contacts', read.map(String)))) {
    if (asked.has(contact.id)) current.set(contact.id, contactMemoryOf(contact, now));
  }
  const changed = wanted.hinted.filter((id) => {
    const before = known.get(String(id));
    const after = current.get(id);
    return after && !(before && sameContact(before, after));
  });
  return { now: current, before: known, read, changed };
}
