import { setTimeout as pause } from 'node:timers/promises';
import type { Memory } from '@tributary/connector-kit';
import { byIds } from '../rest/lists.ts';
import { type KommoLead, leadsIn } from '../rest/records.ts';
import { changeOf, type LeadChange } from './lead.ts';
import type { LeadHint } from './lead-hint.ts';
import { recallContacts, recallLeads } from './memory.ts';
import { nothingNew } from './nothing-new.ts';
import type { Reader } from './reader.ts';

/** For REST to show what a webhook told already. */
const catchUpMs = 700;

/** The leads as REST has them, beside what was known; those of which there is nothing new are not asked for. */
export async function readLeads(reader: Reader, hints: readonly LeadHint[], memory: Memory): Promise<LeadChange[]> {
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
    for (const [id, lead] of await ask(reader, behind)) leads.set(id, lead);
  }
  const gone = wanted.filter((hint) => !leads.has(hint.id)).map((hint) => hint.id);
  if (gone.length > 0) reader.tools.log('Deals that can not be read: deleted, or not visible', { leads: gone });
  // Oldest first, so that of several deals of one person the one that moved last is the one the person shows.
  return wanted
    .flatMap((hint) => {
      const lead = leads.get(hint.id);
      return lead ? [changeOf(lead, hint, known.get(hint.id))] : [];
    })
    .sort((a, b) => a.lead.updated_at - b.lead.updated_at || a.lead.id - b.lead.id);
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
  if (!lead) return hint.added;
  return hint.all.some(({ said }) => Number(said.updated_at) > lead.updated_at);
}
