import type { Fields, IntakeItem, Value, Who } from '@tributary/model';
import { personFields } from '../provides.ts';
import type { KommoContact } from '../rest/records.ts';
import type { ContactMemory } from './memory.ts';

const textMax = 255;

/** Trimmed, without what a text can not hold, and cut to what a text field takes; undefined when nothing is left. */
export function textOf(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const clean = given.replaceAll('\0', '').trim();
  const cut = clean.length > textMax ? [...clean].slice(0, textMax).join('').trimEnd() : clean;
  return cut === '' ? undefined : cut;
}

/** What a contact tells of a person. */
export function contactMemoryOf(contact: KommoContact, readAt: Date): ContactMemory {
  const { first, last } = nameOf(contact);
  const email = valuesOf(contact, 'EMAIL').find(isEmail);
  // Without a country code a number can belong to several countries; leaving it out is better than a wrong one.
  const phone = valuesOf(contact, 'PHONE').find((number) => /^\+[\d\s().-]{5,30}$/.test(number));
  return {
    readAt: readAt.getTime(),
    ...(email === undefined ? {} : { email }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    ...(phone === undefined ? {} : { phone }),
  };
}

/** The same in all that is told of the person; when it was read does not count. */
export function sameContact(a: ContactMemory, b: ContactMemory): boolean {
  return a.email === b.email && a.first === b.first && a.last === b.last && a.phone === b.phone;
}

/** Whom a contact is, and what Kommo knows of them: fields it does not know are not sent, so that they stay. */
export function personOf(contactId: number, contact: ContactMemory): { who: Who; fields: Fields } {
  const contactField = personFields.contactId.id;
  const fields: Record<string, Value> = { [contactField]: String(contactId) };
  if (contact.email !== undefined) fields['str::email'] = contact.email;
  if (contact.first !== undefined) fields['str::first'] = contact.first;
  if (contact.last !== undefined) fields['str::last'] = contact.last;
  if (contact.phone !== undefined) fields['phn::phone'] = { phone: contact.phone, parse_with_country_code: true };
  // The contact's id comes second, so that a contact that gets an e-mail, or another one, stays the same person.
  return { who: { by: contact.email === undefined ? [contactField] : ['str::email', contactField] }, fields };
}

/** The person of a contact as it was read, as an item begins. A value that is none, such as half a number, is left out. */
export function contactItem(contactId: number, contact: ContactMemory): IntakeItem {
  return { ...personOf(contactId, contact), source: 'Kommo', strategy: 2, lenient: true };
}

/** Kommo has first and last name, but contacts made by forms and chats often have only the whole name. */
function nameOf({ name, first_name, last_name }: KommoContact): {
  first: string | undefined;
  last: string | undefined;
} {
  const first = textOf(first_name);
  const last = textOf(last_name);
  if (first !== undefined || last !== undefined) return { first, last };
  const [head, ...rest] = (textOf(name) ?? '').split(/\s+/);
  return { first: textOf(head), last: textOf(rest.join(' ')) };
}

function valuesOf(contact: KommoContact, code: string): string[] {
  return (contact.custom_fields_values ?? [])
    .filter((field) => field.field_code === code)
    .flatMap((field) => field.values)
    .flatMap(({ value }) => (typeof value === 'string' || typeof value === 'number' ? [String(value).trim()] : []));
}

function isEmail(text: string): boolean {
  return text.length <= textMax && /^[^\s@<>,;\0]+@[^\s@<>,;\0]+$/.test(text);
}
