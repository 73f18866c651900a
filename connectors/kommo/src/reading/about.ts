import type { KeyOfPerson, PersonalMemory } from '@tributary/connector-kit';
import { personFields } from '../provides.ts';

/** What is remembered of a person's contact, and of their deals, that is personal. The stages of the deals stay. */
export function about(keys: readonly KeyOfPerson[]): PersonalMemory[] {
  const contacts = keys.filter(({ fieldId }) => fieldId === personFields.contactId.id).map(({ value }) => value);
  if (contacts.length === 0) return [];
  return [
    { kind: 'contact', by: 'key', values: contacts, blank: ['email', 'first', 'last', 'phone'] },
    { kind: 'lead', by: 'contactId', values: contacts, blank: ['name'] },
  ];
}
