import type { Memory } from '@tributary/connector-kit';
import { byIds } from '../rest/lists.ts';
import { contactsIn, type KommoLead } from '../rest/records.ts';
import { mainContact } from './lead.ts';
import { recallLeads } from './memory.ts';
import type { Reader } from './reader.ts';

/**
 * Those of the deals whose main contact has another one that is remembered and was edited later: the person shows that
 * one, and goes on to. One request for all of them.
 */
export async function overtaken(
  { api }: Reader,
  leads: readonly KommoLead[],
  memory: Memory,
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(leads.flatMap((lead) => mainContact(lead) ?? []))];
  const contacts = contactsIn(await byIds(api, '/contacts', 'contacts', ids.map(String), [['with', 'leads']]));
  const leadsOf = new Map(contacts.map((one) => [one.id, (one._embedded?.leads ?? []).map(({ id }) => String(id))]));
  const known = await recallLeads(memory, [...new Set([...leadsOf.values()].flat())]);
  const isOvertaken = (lead: KommoLead): boolean => {
    const contactId = mainContact(lead);
    return (leadsOf.get(contactId ?? 0) ?? []).some((id) => {
      const other = known.get(id);
      return (
        other !== undefined &&
        other.contactId === contactId &&
        other.deletedAt === undefined &&
        other.updatedAt > lead.updated_at
      );
    });
  };
  return new Set(leads.filter(isOvertaken).map(({ id }) => String(id)));
}
