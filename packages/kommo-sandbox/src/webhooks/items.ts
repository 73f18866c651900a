import type { Account } from '../state/account.ts';
import type { Contact, CustomField, FieldValues, Lead, Note, Owner, StoredValue, Tag, Task } from '../state/model.ts';
import type { Tree } from './encode.ts';

/**
 * The items of webhooks, under their old v2 names: `date_create` and
 * `last_modified` beside `created_at` and `updated_at`, `custom_fields` with
 * `enum`, numbered element types (Kommo, webhooks-general; the order of the
 * keys follows raw captures of 2016 and 2018).
 */
type Item = Record<string, Tree>;

const elementTypes: Record<Owner, number> = { contacts: 1, leads: 2, companies: 3 };

export function leadItem(account: Account, lead: Lead, old: { status_id?: number; rest?: Item } = {}): Item {
  return {
    id: lead.id,
    name: lead.name,
    status_id: lead.status_id,
    old_status_id: old.status_id,
    price: lead.price,
    responsible_user_id: lead.responsible_user_id,
    last_modified: lead.updated_at,
    modified_user_id: lead.updated_by,
    created_user_id: lead.created_by,
    date_create: lead.created_at,
    pipeline_id: lead.pipeline_id,
    tags: tags(lead.tags),
    account_id: account.id,
    custom_fields: customFields(account.fields, lead.fields),
    created_at: lead.created_at,
    updated_at: lead.updated_at,
    ...old.rest,
  };
}

export function deletedLeadItem(lead: Lead): Item {
  return { id: lead.id, status_id: lead.status_id, pipeline_id: lead.pipeline_id };
}

export function deletedContactItem(contact: Contact): Item {
  return { id: contact.id, type: contact.kind === 'contacts' ? 'contact' : 'company' };
}

/** `linked_leads_id` is a map with numbers as keys, not a list. */
export function contactItem(account: Account, contact: Contact, old: Item = {}): Item {
  return {
    id: contact.id,
    name: contact.name,
    responsible_user_id: contact.responsible_user_id,
    ...old,
    date_create: contact.created_at,
    last_modified: contact.updated_at,
    created_user_id: contact.created_by,
    modified_user_id: contact.updated_by,
    account_id: account.id,
    tags: tags(contact.tags),
    custom_fields: customFields(account.fields, contact.fields),
    linked_leads_id: Object.fromEntries(contact.lead_ids.map((id) => [String(id), { ID: id }])),
    created_at: contact.created_at,
    updated_at: contact.updated_at,
    type: contact.kind === 'contacts' ? 'contact' : 'company',
  };
}

export function taskItem(account: Account, task: Task, old: Item = {}): Item {
  return {
    id: task.id,
    element_id: task.entity_id,
    element_type: task.entity_type && elementTypes[task.entity_type],
    task_type: task.task_type_id,
    date_create: task.created_at,
    text: task.text,
    status: task.is_completed ? 1 : 0,
    account_id: account.id,
    created_user_id: task.created_by,
    last_modified: task.updated_at,
    responsible_user_id: task.responsible_user_id,
    complete_till: new Date(task.complete_till * 1000).toISOString().slice(0, 19).replace('T', ' '),
    complete_before: task.complete_till,
    result: task.result && { id: task.id, text: task.result.text },
    created_at: task.created_at,
    updated_at: task.updated_at,
    ...old,
  };
}

/** Numbers of note types in v2; the two service messages share 25. */
const noteTypes: Record<string, number> = {
  call_in: 10,
  call_out: 11,
  attachment: 5,
  service_message: 25,
  extended_service_message: 25,
  sms_in: 102,
  sms_out: 103,
};

export function noteItem(account: Account, note: Note): Item {
  const author = account.users.find((user) => user.id === note.created_by);
  const service = note.params.service;
  return {
    note: {
      id: note.id,
      note_type: noteTypes[note.note_type] ?? 4,
      text: typeof note.params.text === 'string' ? note.params.text : JSON.stringify(note.params),
      element_type: elementTypes[note.owner],
      element_id: note.entity_id,
      metadata: JSON.stringify({
        event_source: {
          id: note.created_by,
          author_name: typeof service === 'string' ? service : (author?.name ?? ''),
          type: 1,
        },
      }),
    },
    ...(note.owner === 'leads' ? {} : { type: note.owner === 'contacts' ? 'contact' : 'company' }),
  };
}

function tags(list: readonly Tag[]): Tree {
  return list.map(({ id, name }) => ({ id, name }));
}

function customFields(fields: readonly CustomField[], values: FieldValues): Tree {
  return fields.flatMap((field) => {
    const stored = values.get(field.id);
    return stored
      ? [{ id: field.id, name: field.name, code: field.code, values: fieldValues(field.type, stored) }]
      : [];
  });
}

/** Three shapes: a list of objects; for dates a list of bare scalars; for a radio button one object, no list. */
function fieldValues(type: string, stored: readonly StoredValue[]): Tree {
  if (type === 'date' || type === 'date_time' || type === 'birthday') return stored.map(({ value }) => Number(value));
  const items = stored.map((one) => ({ value: one.value as Tree, enum: one.enum_id }));
  return type === 'radiobutton' ? items[0] : items;
}
