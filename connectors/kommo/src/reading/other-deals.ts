import { byIds } from '../rest/lists.ts';
import { contactsIn, type KommoLead, leadsIn } from '../rest/records.ts';
import { mainContact } from './lead.ts';
import type { Reader } from './reader.ts';

/** Of a contact with more deals only the newest are looked at. */
const mostDeals = 50;

/**
 * The deal that each of these contacts has beside those given: of those they are the main contact of, the one edited last.
 * Asked for when a deal is gone, which is seldom: two requests.
 */
export async function otherDeals(
  { api }: Reader,
  contactIds: readonly number[],
  gone: readonly number[],
): Promise<ReadonlyMap<number, KommoLead>> {
  const others = new Map<number, KommoLead>();
  if (contactIds.length === 0) return others;
  const contacts = contactsIn(await byIds(api, '/contacts', 'contacts', contactIds.map(String), [['with', 'leads']]));
  const ids = contacts.flatMap((contact) =>
    (contact._embedded?.leads ?? [])
      .map(({ id }) => id)
      .filter((id) => !gone.includes(id))
      .sort((a, b) => b - a)
      .slice(0, mostDeals),
  );
  const leads = leadsIn(await byIds(api, '/leads', 'leads', ids.map(String), [['with', 'contacts']]));
  for (const lead of leads) {
    const contactId = mainContact(lead);
    if (contactId === undefined || lead.is_deleted === true || gone.includes(lead.id)) continue;
    const other = others.get(contactId);
    if (!other || lead.updated_at > other.updated_at) others.set(contactId, lead);
  }
  return others;
}
