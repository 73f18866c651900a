import type { Account } from '../state/account.ts';
import type { Contact, FieldValues, Lead, StoredValue } from '../state/model.ts';
import type { Query } from './query.ts';
import { numbers } from './query.ts';

type Test<T> = (row: T) => boolean;

/** The leads a `GET /leads` asks for, in the order it asks for (Kommo, "Leads", "Filtering"). */
export function selectLeads(account: Account, query: Query): Lead[] {
  const tests: Test<Lead>[] = [];
  const deleted = query.words('with').includes('only_deleted');
  tests.push((lead) => lead.is_deleted === deleted);
  tests.push(...commonTests<Lead>(account, query));
  for (const key of ['pipeline_id', 'price'] as const) {
    const wanted = numbers(query.all('filter', key));
    if (wanted.length > 0) tests.push((lead) => wanted.includes(lead[key]));
  }
  const stages = query.groups('filter', 'statuses');
  if (stages.length > 0) {
    tests.push((lead) =>
      stages.some(
        (stage) => fits(stage.get('status_id'), lead.status_id) && fits(stage.get('pipeline_id'), lead.pipeline_id),
      ),
    );
  }
  const closed = query.range('filter', 'closed_at');
  if (closed) tests.push(({ closed_at: at }) => at !== null && at >= closed.from && at <= closed.to);
  const text = query.one('query')?.toLowerCase();
  if (text) {
    tests.push((lead) => {
      const people = lead.contacts.map(({ id }) => account.contacts.get(id)).filter((one) => one !== undefined);
      return says(text, lead.name, String(lead.price), lead.fields) || people.some((one) => contactSays(one, text));
    });
  }
  return ordered(filter(account.leads.values(), tests), query);
}

export function selectContacts(account: Account, rows: Iterable<Contact>, query: Query): Contact[] {
  const tests = commonTests<Contact>(account, query);
  const text = query.one('query')?.toLowerCase();
  if (text) tests.push((contact) => contactSays(contact, text));
  return ordered(filter(rows, tests), query);
}

type Common = Pick<Lead, 'id' | 'name' | 'responsible_user_id' | 'created_by' | 'updated_by'> &
  Pick<Lead, 'created_at' | 'updated_at' | 'fields'>;

function commonTests<T extends Common>(account: Account, query: Query): Test<T>[] {
  const tests: Test<T>[] = [];
  for (const key of ['id', 'responsible_user_id', 'created_by', 'updated_by'] as const) {
    const wanted = new Set(numbers(query.all('filter', key)));
    if (wanted.size > 0) tests.push((row) => wanted.has(row[key]));
  }
  const names = query.all('filter', 'name');
  if (names.length > 0) tests.push((row) => names.includes(row.name));
  for (const key of ['created_at', 'updated_at'] as const) {
    const range = query.range('filter', key);
    if (range) tests.push((row) => row[key] >= range.from && row[key] <= range.to);
  }
  for (const field of account.fields) {
    const wanted = query.all('filter', 'custom_fields_values', String(field.id));
    if (wanted.length > 0) tests.push((row) => holds(row.fields.get(field.id), wanted));
  }
  return tests;
}

function filter<T>(rows: Iterable<T>, tests: readonly Test<T>[]): T[] {
  return [...rows].filter((row) => tests.every((test) => test(row)));
}

/** `order[created_at|updated_at|id]=asc|desc`; without it, the order of creation. */
export function ordered<T extends { id: number; created_at: number; updated_at: number }>(
  rows: T[],
  query: Query,
): T[] {
  for (const key of ['id', 'created_at', 'updated_at'] as const) {
    const direction = query.one('order', key);
    if (!direction) continue;
    const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
    return rows.sort((a, b) => sign * (a[key] - b[key] || a.id - b.id));
  }
  return rows;
}

function fits(wanted: string | undefined, id: number): boolean {
  return wanted === undefined || Number(wanted) === id;
}

/** Kommo's `query` is a loose search: a part of a name, an e-mail or a number is enough. */
function contactSays(contact: Contact, text: string): boolean {
  return says(text, contact.name, `${contact.first_name} ${contact.last_name}`, contact.fields);
}

function says(text: string, name: string, other: string, fields: FieldValues): boolean {
  if (name.toLowerCase().includes(text) || other.toLowerCase().includes(text)) return true;
  return [...fields.values()].flat().some(({ value }) => String(value).toLowerCase().includes(text));
}

/** A field holds a wanted value when its text or its option's id is it. */
function holds(stored: readonly StoredValue[] | undefined, wanted: readonly string[]): boolean {
  return (stored ?? []).some(
    ({ value, enum_id }) => wanted.includes(String(value)) || wanted.includes(String(enum_id)),
  );
}
