import { deletedLeadItem, leadItem } from '../webhooks/items.ts';
import type { Account } from './account.ts';
import type { Act } from './act.ts';
import { leadStatus, recordEvent } from './events.ts';
import { recordFieldChanges } from './field-events.ts';
import { mergeFieldValues } from './field-values.ts';
import type { Draft, FieldValues, Lead } from './model.ts';
import { LOST, WON } from './model.ts';

/** What may be written on a lead; what is left out stays as it is. */
export type LeadDraft = Draft<
  Pick<
    Lead,
    | 'name'
    | 'price'
    | 'status_id'
    | 'pipeline_id'
    | 'responsible_user_id'
    | 'loss_reason_id'
    | 'created_by'
    | 'created_at'
    | 'tags'
  > & {
    closed_at: number | null;
    values: FieldValues;
    /** Contacts to link; the first contact a lead gets is its main one unless said otherwise. */
    contacts: { id: number; is_main?: boolean | undefined }[];
    company_id: number;
  }
>;

export function addLead(account: Account, act: Act, draft: LeadDraft): Lead {
  const id = account.nextId('lead');
  const pipeline = account.pipelines.find((one) => one.id === draft.pipeline_id) ?? account.pipelines[0];
  const first = pipeline?.statuses.find((status) => status.type === 0);
  if (!pipeline || !first) throw new Error('The account has no pipeline.');
  const lead: Lead = {
    id,
    name: draft.name || `Lead #${id}`,
    price: draft.price ?? 0,
    responsible_user_id: draft.responsible_user_id ?? act.by,
    status_id: draft.status_id ?? first.id,
    pipeline_id: pipeline.id,
    loss_reason_id: draft.loss_reason_id ?? null,
    created_by: draft.created_by ?? act.by,
    updated_by: act.by,
    created_at: draft.created_at ?? act.at,
    updated_at: act.at,
    closed_at: null,
    is_deleted: false,
    fields: new Map(),
    tags: draft.tags ?? [],
    contacts: [],
    company_id: null,
  };
  if (isClosed(lead)) lead.closed_at = draft.closed_at ?? act.at;
  mergeFieldValues(lead.fields, draft.values ?? new Map());
  account.leads.set(id, lead);
  link(account, lead, draft);
  recordEvent(account, act, {
    type: 'lead_added',
    entity_type: 'lead',
    entity_id: id,
    value_after: leadStatus(lead),
  });
  act.tell({ group: 'leads', action: 'add', settings: ['add_lead'], item: () => leadItem(account, lead) });
  return lead;
}

/**
 * Writes a draft over a lead and tells what follows: a new stage is told as
 * `status` and as `update`, a new responsible user as `responsible` and as
 * `update`. A draft that changes nothing tells nothing.
 */
export function changeLead(account: Account, act: Act, lead: Lead, draft: LeadDraft): void {
  const before = { ...lead };
  const changedFields = mergeFieldValues(lead.fields, draft.values ?? new Map());
  for (const key of ['name', 'price', 'responsible_user_id', 'created_by', 'created_at'] as const) {
    if (draft[key] !== undefined) Object.assign(lead, { [key]: draft[key] });
  }
  if (draft.loss_reason_id !== undefined) lead.loss_reason_id = draft.loss_reason_id;
  if (draft.tags) lead.tags = draft.tags;
  lead.status_id = draft.status_id ?? lead.status_id;
  lead.pipeline_id = draft.pipeline_id ?? lead.pipeline_id;
  const linked = link(account, lead, draft);
  const moved = lead.status_id !== before.status_id || lead.pipeline_id !== before.pipeline_id;
  const handedOver = lead.responsible_user_id !== before.responsible_user_id;
  if (moved) lead.closed_at = isClosed(lead) ? (draft.closed_at ?? act.at) : null;
  if (!linked && changedFields.length === 0 && same(lead, before)) return;

  lead.updated_at = act.at;
  lead.updated_by = act.by;
  recordChanges(account, act, lead, before, changedFields);
  const status_id = before.status_id;
  if (moved) {
    const rest = { old_pipeline_id: before.pipeline_id };
    act.tell({
      group: 'leads',
      action: 'status',
      settings: ['status_lead'],
      item: () => leadItem(account, lead, { status_id, rest }),
    });
  }
  if (handedOver) {
    const rest = { old_responsible_user_id: before.responsible_user_id };
    act.tell({
      group: 'leads',
      action: 'responsible',
      settings: ['responsible_lead'],
      item: () => leadItem(account, lead, { status_id, rest }),
    });
  }
  act.tell({
    group: 'leads',
    action: 'update',
    settings: ['update_lead'],
    item: () => leadItem(account, lead, moved ? { status_id } : {}),
  });
}

/** Only people delete leads, in Kommo's own pages: REST has no way to. */
export function removeLead(account: Account, act: Act, lead: Lead): void {
  if (lead.is_deleted) return;
  lead.is_deleted = true;
  lead.updated_at = act.at;
  recordEvent(account, act, { type: 'lead_deleted', entity_type: 'lead', entity_id: lead.id });
  act.tell({ group: 'leads', action: 'delete', settings: ['delete_lead'], item: () => deletedLeadItem(lead) });
}

export function restoreLead(account: Account, act: Act, lead: Lead): void {
  if (!lead.is_deleted) return;
  lead.is_deleted = false;
  lead.updated_at = act.at;
  recordEvent(account, act, { type: 'lead_restored', entity_type: 'lead', entity_id: lead.id });
  act.tell({ group: 'leads', action: 'restore', settings: ['restore_lead'], item: () => leadItem(account, lead) });
}

function isClosed(lead: Pick<Lead, 'status_id'>): boolean {
  return lead.status_id === WON || lead.status_id === LOST;
}

function link(account: Account, lead: Lead, draft: LeadDraft): boolean {
  let linked = false;
  for (const { id, is_main } of draft.contacts ?? []) {
    const contact = account.contacts.get(id);
    const had = lead.contacts.find((one) => one.id === id);
    if (!contact || (had && (!is_main || had.is_main))) continue;
    if (is_main) for (const other of lead.contacts) other.is_main = false;
    if (had) had.is_main = true;
    else {
      lead.contacts.push({ id, is_main: is_main ?? lead.contacts.length === 0 });
      contact.lead_ids.push(lead.id);
    }
    linked = true;
  }
  const company = draft.company_id === undefined ? undefined : account.companies.get(draft.company_id);
  if (company && lead.company_id !== company.id) {
    lead.company_id = company.id;
    company.lead_ids.push(lead.id);
    linked = true;
  }
  return linked;
}

function same(lead: Lead, before: Lead): boolean {
  const seen = ({ fields, ...rest }: Lead) => JSON.stringify(rest);
  return seen(lead) === seen(before);
}

function recordChanges(account: Account, act: Act, lead: Lead, before: Lead, fields: readonly number[]): void {
  const about = { entity_type: 'lead', entity_id: lead.id } as const;
  if (lead.status_id !== before.status_id || lead.pipeline_id !== before.pipeline_id) {
    recordEvent(account, act, {
      ...about,
      type: 'lead_status_changed',
      value_before: leadStatus(before),
      value_after: leadStatus(lead),
    });
  }
  if (lead.price !== before.price) {
    recordEvent(account, act, {
      ...about,
      type: 'sale_field_changed',
      value_before: [{ sale_field_value: { sale: before.price } }],
      value_after: [{ sale_field_value: { sale: lead.price } }],
    });
  }
  if (lead.responsible_user_id !== before.responsible_user_id) {
    recordEvent(account, act, {
      ...about,
      type: 'entity_responsible_changed',
      value_before: [{ responsible_user: { id: before.responsible_user_id } }],
      value_after: [{ responsible_user: { id: lead.responsible_user_id } }],
    });
  }
  recordFieldChanges(account, act, about, lead.fields, fields);
}
