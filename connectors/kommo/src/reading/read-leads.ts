import { setTimeout as pause } from 'node:timers/promises';
import type { Memory } from '@tributary/connector-kit';
import { byIds } from '../rest/lists.ts';
import { type KommoLead, leadsIn } from '../rest/records.ts';
import { type Deletion, deletionOf } from './departure.ts';
import { changeOf, type LeadChange } from './lead.ts';
import type { LeadHint } from './lead-hint.ts';
import { recallContacts, recallLeads } from './memory.ts';
import { nothingNew } from './nothing-new.ts';
import type { Reader } from './reader.ts';

/** For REST to show what a webhook told already. */
const catchUpMs = 700;

export interface Leads {
  changes: LeadChange[];
  deleted: Deletion[];
}

/** The leads as REST has them, beside what was known; those of which there is nothing new are not asked for. */
export async function readLeads(reader: Reader, hints: readonly LeadHint[], memory: Memory): Promise<Leads> {
  const known = await recallLeads(
    memory,
    hints.map((hint) => hint.id),
  );
  const wanted = hints.filter((hint) => !nothingNew(hint, known.get(hint.id), reader.echoes.wroteJustNow(hint.id)));
  const contacts = [...known.values()].flatMap(({ contactId }) => (contactId === null ? [] : String(contactId)));
  // Their contacts are needed next, and most are still the same.
  const [leads] = await Promise.all([ask(reader, wanted), recallContacts(memory, contacts)]);
  const behind = wanted.filter((hint) => isBehind(hint, leads.get(hint.id)));
  if (behind.length > 0) {
    await pause(catchUpMs);
    const again = await ask(reader, behind);
    for (const { id } of behind) leads.delete(id);
    for (const [id, lead] of again) leads.set(id, lead);
  }
  const there = wanted.filter(({ id }) => isThere(leads.get(id)));
  const gone = wanted.filter((hint) => !there.includes(hint));
  const deleted = gone.filter((hint) => hint.deleted || leads.has(hint.id));
  const unread = gone.filter((hint) => !deleted.includes(hint)).map(({ id }) => id);
  if (unread.length > 0) reader.tools.log('Deals that can not be read: deleted, or not visible', { leads: unread });
  // Oldest first, so that of several deals of one person the one that moved last is the one the person shows.
  const changes = there
    .map((hint) => changeOf(leads.get(hint.id)!, hint, known.get(hint.id)))
    .sort((a, b) => a.lead.updated_at - b.lead.updated_at || a.lead.id - b.lead.id);
  return {
    changes,
    deleted: deleted.flatMap((hint) => deletionOf(hint, known.get(hint.id), reader.tools.now()) ?? []),
  };
}

function isThere(lead: KommoLead | undefined): boolean {
  return lead !== undefined && lead.is_deleted !== true;
}

async function ask({ api }: Reader, hints: readonly LeadHint[]): Promise<Map<string, KommoLead>> {
  const ids = hints.map((hint) => hint.id);
  const leads = leadsIn(await byIds(api, '/leads', 'leads', ids, [['with', 'contacts']]));
  return new Map(leads.map((lead) => [String(lead.id), lead]));
}

/**
 * REST does not yet have what the hook tells of: a copy that lags, perhaps.
 * Whether Kommo has such copies is not known; taking an old answer for the
 * truth would be a journey that never starts, and looking again once is cheap.
 */
function isBehind(hint: LeadHint, lead: KommoLead | undefined): boolean {
  if (!lead) return hint.added && !hint.deleted;
  if (hint.deleted && !hint.restored && isThere(lead)) return true;
  return hint.all.some(({ said }) => Number(said.updated_at) > lead.updated_at);
}
