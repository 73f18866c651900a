import type { Account } from '../state/account.ts';
import type { Contact, EventRecord, FieldValues, Lead, Note, Owner, Task } from '../state/model.ts';

/** A value as a person would say it: several choices are a list. */
export type PlainValue = string | number | boolean | string[];

/** A deal with everything by its name. */
export interface LeadView {
  id: number;
  name: string;
  price: number;
  pipelineId: number;
  pipeline: string;
  statusId: number;
  status: string;
  responsibleUserId: number;
  responsibleUser: string;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | undefined;
  deleted: boolean;
  tags: string[];
  /** The main contact first. */
  contacts: ContactView[];
  /** By field name; fields without a value are not in it. */
  customFields: Record<string, PlainValue>;
}

export interface ContactView {
  id: number;
  name: string;
  firstName: string;
  lastName: string;
  email: string | undefined;
  phone: string | undefined;
  customFields: Record<string, PlainValue>;
}

export interface NoteView {
  id: number;
  entity: Owner;
  entityId: number;
  type: string;
  text: string;
  /** The integration that signed it, for the two kinds of service message. */
  service: string | undefined;
  author: string;
  createdAt: Date;
}

export interface TaskView {
  id: number;
  entity: Owner | undefined;
  entityId: number | undefined;
  text: string;
  type: 'follow-up' | 'meeting' | 'other';
  due: Date;
  done: boolean;
  result: string | undefined;
  responsibleUserId: number;
  responsibleUser: string;
  createdAt: Date;
  updatedAt: Date;
}

/** As `/events` has it, with who did it by name. */
export interface EventView {
  type: string;
  entity: EventRecord['entity_type'];
  entityId: number;
  author: string;
  createdAt: Date;
  before: Record<string, unknown>[];
  after: Record<string, unknown>[];
}

export function leadOf(account: Account, lead: Lead): LeadView {
  const pipeline = account.pipelines.find((one) => one.id === lead.pipeline_id);
  const contacts = lead.contacts
    .toSorted((a, b) => Number(b.is_main) - Number(a.is_main))
    .flatMap(({ id }) => account.contacts.get(id) ?? []);
  return {
    id: lead.id,
    name: lead.name,
    price: lead.price,
    pipelineId: lead.pipeline_id,
    pipeline: pipeline?.name ?? '',
    statusId: lead.status_id,
    status: pipeline?.statuses.find((one) => one.id === lead.status_id)?.name ?? '',
    responsibleUserId: lead.responsible_user_id,
    responsibleUser: userName(account, lead.responsible_user_id),
    createdAt: date(lead.created_at),
    updatedAt: date(lead.updated_at),
    closedAt: lead.closed_at === null ? undefined : date(lead.closed_at),
    deleted: lead.is_deleted,
    tags: lead.tags.map((tag) => tag.name),
    contacts: contacts.map((contact) => contactOf(account, contact)),
    customFields: plainFields(account, lead.fields),
  };
}

export function contactOf(account: Account, contact: Contact): ContactView {
  return {
    id: contact.id,
    name: contact.name,
    firstName: contact.first_name,
    lastName: contact.last_name,
    email: byCode(account, contact, 'EMAIL'),
    phone: byCode(account, contact, 'PHONE'),
    customFields: plainFields(account, contact.fields),
  };
}

export function noteOf(account: Account, note: Note): NoteView {
  const { text, service } = note.params;
  return {
    id: note.id,
    entity: note.owner,
    entityId: note.entity_id,
    type: note.note_type,
    text: typeof text === 'string' ? text : JSON.stringify(note.params),
    service: typeof service === 'string' ? service : undefined,
    author: userName(account, note.created_by),
    createdAt: date(note.created_at),
  };
}

export function taskOf(account: Account, task: Task): TaskView {
  return {
    id: task.id,
    entity: task.entity_type ?? undefined,
    entityId: task.entity_id ?? undefined,
    text: task.text,
    type: task.task_type_id === 1 ? 'follow-up' : task.task_type_id === 2 ? 'meeting' : 'other',
    due: date(task.complete_till),
    done: task.is_completed,
    result: task.result?.text,
    responsibleUserId: task.responsible_user_id,
    responsibleUser: userName(account, task.responsible_user_id),
    createdAt: date(task.created_at),
    updatedAt: date(task.updated_at),
  };
}

export function eventOf(account: Account, event: EventRecord): EventView {
  return {
    type: event.type,
    entity: event.entity_type,
    entityId: event.entity_id,
    author: userName(account, event.created_by),
    createdAt: date(event.created_at),
    before: event.value_before,
    after: event.value_after,
  };
}

function userName(account: Account, id: number): string {
  return account.users.find((user) => user.id === id)?.name ?? 'Robot';
}

function date(seconds: number): Date {
  return new Date(seconds * 1000);
}

function byCode(account: Account, contact: Contact, code: string): string | undefined {
  const field = account.fields.find((one) => one.owner === contact.kind && one.code === code);
  const value = field && contact.fields.get(field.id)?.[0]?.value;
  return typeof value === 'string' ? value : undefined;
}

/** Several values are a list of texts, one is itself; a numeric field is a number again. */
function plainFields(account: Account, values: FieldValues): Record<string, PlainValue> {
  const plain: Record<string, PlainValue> = {};
  for (const field of account.fields) {
    const stored = values.get(field.id);
    const [first] = stored ?? [];
    if (!stored || !first) continue;
    if (stored.length > 1 || field.type === 'multiselect') plain[field.name] = stored.map(({ value }) => String(value));
    else if (field.type === 'numeric') plain[field.name] = Number(first.value);
    else
      plain[field.name] =
        typeof first.value === 'boolean' || typeof first.value === 'number' ? first.value : String(first.value);
  }
  return plain;
}
