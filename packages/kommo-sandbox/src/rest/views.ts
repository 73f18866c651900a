import type { Account } from '../state/account.ts';
import type { Contact, CustomField, FieldValues, Lead, Note, Pipeline, Status, Task, User } from '../state/model.ts';
import { closestTaskAt } from '../state/tasks.ts';
import { self } from './answers.ts';

/** How records read in REST v4. `base` is the address of the API, without a slash at its end. */
type Shown = Record<string, unknown>;

export function leadView(account: Account, lead: Lead, base: string, also: readonly string[]): Shown {
  const { fields, tags, contacts, company_id, ...own } = lead;
  const companies = company_id === null ? [] : [{ id: company_id, ...self(`${base}/companies/${company_id}`) }];
  return {
    id: own.id,
    name: own.name,
    price: own.price,
    responsible_user_id: own.responsible_user_id,
    group_id: 0,
    status_id: own.status_id,
    pipeline_id: own.pipeline_id,
    loss_reason_id: own.loss_reason_id,
    ...(also.includes('source_id') ? { source_id: null } : {}),
    created_by: own.created_by,
    updated_by: own.updated_by,
    created_at: own.created_at,
    updated_at: own.updated_at,
    closed_at: own.closed_at,
    closest_task_at: closestTaskAt(account, 'leads', own.id),
    is_deleted: own.is_deleted,
    custom_fields_values: fieldValuesView(account.fields, fields),
    score: null,
    account_id: account.id,
    labor_cost: null,
    ...(also.includes('is_price_modified_by_robot') ? { is_price_modified_by_robot: false } : {}),
    is_price_computed: false,
    ...self(`${base}/leads/${own.id}`),
    _embedded: {
      tags: tags.map((tag) => ({ ...tag, color: null })),
      companies,
      ...(also.includes('contacts')
        ? { contacts: contacts.map((one) => ({ ...one, ...self(`${base}/contacts/${one.id}`) })) }
        : {}),
      ...(also.includes('loss_reason') ? { loss_reason: [] } : {}),
      ...(also.includes('catalog_elements') ? { catalog_elements: [] } : {}),
    },
  };
}

export function contactView(account: Account, contact: Contact, base: string, also: readonly string[]): Shown {
  const { kind, fields, tags, lead_ids, first_name, last_name, ...own } = contact;
  const leads = lead_ids.map((id) => ({ id, ...self(`${base}/leads/${id}`) }));
  return {
    id: own.id,
    name: own.name,
    ...(kind === 'contacts' ? { first_name, last_name } : {}),
    responsible_user_id: own.responsible_user_id,
    group_id: 0,
    created_by: own.created_by,
    updated_by: own.updated_by,
    created_at: own.created_at,
    updated_at: own.updated_at,
    closest_task_at: closestTaskAt(account, kind, own.id),
    is_deleted: false,
    ...(kind === 'contacts' ? { is_unsorted: false } : {}),
    custom_fields_values: fieldValuesView(account.fields, fields),
    account_id: account.id,
    ...self(`${base}/${kind}/${own.id}`),
    _embedded: {
      tags: tags.map((tag) => ({ ...tag, color: null })),
      ...(kind === 'contacts' ? { companies: [] } : {}),
      ...(also.includes('leads') ? { leads } : {}),
      ...(also.includes('catalog_elements') ? { catalog_elements: [] } : {}),
    },
  };
}

/** `null` when nothing is filled in, never an empty list (Kommo, "Leads"). */
function fieldValuesView(fields: readonly CustomField[], values: FieldValues): Shown[] | null {
  const shown = fields.flatMap((field) => {
    const stored = values.get(field.id);
    if (!stored) return [];
    return [
      {
        field_id: field.id,
        field_name: field.name,
        field_code: field.code,
        field_type: field.type,
        values: stored,
        is_computed: false,
      },
    ];
  });
  return shown.length > 0 ? shown : null;
}

export function noteView(account: Account, note: Note, base: string): Shown {
  const { owner, ...own } = note;
  return {
    id: own.id,
    entity_id: own.entity_id,
    created_by: own.created_by,
    updated_by: own.updated_by,
    created_at: own.created_at,
    updated_at: own.updated_at,
    responsible_user_id: own.responsible_user_id,
    group_id: 0,
    note_type: own.note_type,
    params: own.params,
    account_id: account.id,
    ...self(`${base}/${owner}/${own.entity_id}/notes/${own.id}`),
  };
}

/** An empty result reads as `[]`, a given one as an object. */
export function taskView(account: Account, task: Task, base: string): Shown {
  return {
    id: task.id,
    created_by: task.created_by,
    updated_by: task.updated_by,
    created_at: task.created_at,
    updated_at: task.updated_at,
    responsible_user_id: task.responsible_user_id,
    group_id: 0,
    entity_id: task.entity_id,
    entity_type: task.entity_type,
    duration: task.duration,
    is_completed: task.is_completed,
    task_type_id: task.task_type_id,
    text: task.text,
    result: task.result ?? [],
    complete_till: task.complete_till,
    account_id: account.id,
    ...self(`${base}/tasks/${task.id}`),
  };
}

export function pipelineView(account: Account, pipeline: Pipeline, base: string): Shown {
  const sort = account.pipelines.indexOf(pipeline) + 1;
  return {
    id: pipeline.id,
    name: pipeline.name,
    sort,
    is_main: pipeline.is_main,
    is_unsorted_on: true,
    is_archive: false,
    account_id: account.id,
    ...self(`${base}/leads/pipelines/${pipeline.id}`),
    _embedded: { statuses: pipeline.statuses.map((status, i) => statusView(account, pipeline, status, i, base)) },
  };
}

export function statusView(account: Account, pipeline: Pipeline, status: Status, i: number, base: string): Shown {
  const closing = status.id === 142 || status.id === 143;
  return {
    id: status.id,
    name: status.name,
    sort: closing ? 9_858 + status.id : (i + 1) * 10,
    is_editable: !closing && status.type === 0,
    pipeline_id: pipeline.id,
    color: status.color,
    type: status.type,
    account_id: account.id,
    ...self(`${base}/leads/pipelines/${pipeline.id}/statuses/${status.id}`),
  };
}

export function userView(user: User, base: string): Shown {
  const rights = { view: 'A', edit: 'A', add: 'A', delete: 'A', export: 'A' };
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    lang: 'en',
    rights: {
      leads: rights,
      contacts: rights,
      companies: rights,
      tasks: { edit: 'A', delete: 'A' },
      mail_access: false,
      catalog_access: false,
      status_rights: [],
      is_admin: user.is_admin,
      is_free: false,
      is_active: user.is_active,
      group_id: null,
      role_id: null,
    },
    ...self(`${base}/users/${user.id}`),
  };
}

export function fieldView(account: Account, field: CustomField, base: string): Shown {
  return {
    id: field.id,
    name: field.name,
    type: field.type,
    account_id: account.id,
    code: field.code,
    sort: field.sort,
    is_api_only: field.is_api_only,
    enums:
      field.enums?.map(({ id, value, sort, code }) => ({ id, value, sort, ...(code === null ? {} : { code }) })) ??
      null,
    group_id: null,
    required_statuses: [],
    is_deletable: !field.is_predefined,
    is_predefined: field.is_predefined,
    entity_type: field.owner,
    tracking_callback: null,
    remind: null,
    triggers: [],
    currency: null,
    hidden_statuses: [],
    ...self(`${base}/${field.owner}/custom_fields/${field.id}`),
  };
}
