import { contactItem, deletedContactItem } from '../webhooks/items.ts';
import type { Account } from './account.ts';
import type { Act } from './act.ts';
import { recordEvent } from './events.ts';
import { recordFieldChanges } from './field-events.ts';
import { mergeFieldValues } from './field-values.ts';
import type { Contact, Draft, FieldValues } from './model.ts';

/** What may be written on a contact or a company. */
export type ContactDraft = Draft<
  Pick<Contact, 'name' | 'first_name' | 'last_name' | 'responsible_user_id' | 'created_by' | 'created_at' | 'tags'> & {
    values: FieldValues;
  }
>;

export function addContact(account: Account, act: Act, kind: Contact['kind'], draft: ContactDraft): Contact {
  const contact: Contact = {
    kind,
    id: account.nextId('contact'),
    name: '',
    first_name: '',
    last_name: '',
    responsible_user_id: draft.responsible_user_id ?? act.by,
    created_by: draft.created_by ?? act.by,
    updated_by: act.by,
    created_at: draft.created_at ?? act.at,
    updated_at: act.at,
    fields: new Map(),
    tags: draft.tags ?? [],
    lead_ids: [],
  };
  rename(contact, draft);
  mergeFieldValues(contact.fields, draft.values ?? new Map());
  account[kind].set(contact.id, contact);
  recordEvent(account, act, { type: `${word(contact)}_added`, entity_type: word(contact), entity_id: contact.id });
  act.tell({
    group: 'contacts',
    action: 'add',
    settings: [`add_${word(contact)}`],
    item: () => contactItem(account, contact),
  });
  return contact;
}

/** A new responsible user of a contact is no `responsible` webhook: it is an `update` with the old one named. */
export function changeContact(account: Account, act: Act, contact: Contact, draft: ContactDraft): void {
  const before = { ...contact };
  const changedFields = mergeFieldValues(contact.fields, draft.values ?? new Map());
  rename(contact, draft);
  if (draft.tags) contact.tags = draft.tags;
  contact.responsible_user_id = draft.responsible_user_id ?? contact.responsible_user_id;
  const handedOver = contact.responsible_user_id !== before.responsible_user_id;
  const changed =
    handedOver ||
    changedFields.length > 0 ||
    (['name', 'first_name', 'last_name'] as const).some((key) => contact[key] !== before[key]) ||
    JSON.stringify(contact.tags) !== JSON.stringify(before.tags);
  if (!changed) return;
  contact.updated_at = act.at;
  contact.updated_by = act.by;
  recordFieldChanges(
    account,
    act,
    { entity_type: word(contact), entity_id: contact.id },
    contact.fields,
    changedFields,
  );
  const old = handedOver ? { old_responsible_user_id: before.responsible_user_id } : {};
  act.tell({
    group: 'contacts',
    action: 'update',
    settings: [`update_${word(contact)}`, ...(handedOver ? [`responsible_${word(contact)}`] : [])],
    item: () => contactItem(account, contact, old),
  });
}

/**
 * Only people delete contacts, in Kommo's own pages. Their deals stay, and lose them: the next contact is the main one.
 * Nothing is told of the deals, and their last edit stays when it was.
 */
export function removeContact(account: Account, act: Act, contact: Contact): void {
  account.contacts.delete(contact.id);
  account.deletedContacts.set(contact.id, contact);
  for (const id of contact.lead_ids) {
    const lead = account.leads.get(id);
    if (!lead) continue;
    lead.contacts = lead.contacts.filter((one) => one.id !== contact.id);
    const [next] = lead.contacts;
    if (next && !lead.contacts.some((one) => one.is_main)) next.is_main = true;
  }
  contact.lead_ids = [];
  contact.updated_at = act.at;
  recordEvent(account, act, { type: 'contact_deleted', entity_type: 'contact', entity_id: contact.id });
  act.tell({
    group: 'contacts',
    action: 'delete',
    settings: ['delete_contact'],
    item: () => deletedContactItem(contact),
  });
}

/** Out of the bin again, without the deals it had. */
export function restoreContact(account: Account, act: Act, contact: Contact): void {
  account.deletedContacts.delete(contact.id);
  account.contacts.set(contact.id, contact);
  contact.updated_at = act.at;
  recordEvent(account, act, { type: 'contact_restored', entity_type: 'contact', entity_id: contact.id });
  act.tell({
    group: 'contacts',
    action: 'restore',
    settings: ['restore_contact'],
    item: () => contactItem(account, contact),
  });
}

function rename(contact: Contact, draft: ContactDraft): void {
  contact.first_name = draft.first_name ?? contact.first_name;
  contact.last_name = draft.last_name ?? contact.last_name;
  const parts = draft.first_name !== undefined || draft.last_name !== undefined;
  const joined = `${contact.first_name} ${contact.last_name}`.trim();
  contact.name = draft.name ?? (parts ? joined : contact.name);
}

function word(contact: Pick<Contact, 'kind'>): 'contact' | 'company' {
  return contact.kind === 'contacts' ? 'contact' : 'company';
}
