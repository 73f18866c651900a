import { z } from 'zod';
import type { Account } from '../state/account.ts';
import type { Complaint } from '../state/field-values.ts';
import { notSupportedChoice, readFieldValues } from '../state/field-values.ts';
import type { LeadDraft } from '../state/leads.ts';
import type { Lead, Owner, Tag } from '../state/model.ts';
import { tagByName } from '../state/tags.ts';
import { fieldValues, int, stamps } from './check.ts';

export const tagRef = z.object({ id: int.optional(), name: z.string().optional() });

/** What a lead is written with; names Kommo does not know are passed over. */
export const leadBody = z.object({
  ...stamps,
  name: z.string().nullish(),
  price: int.nullish(),
  status_id: int.optional(),
  pipeline_id: int.optional(),
  loss_reason_id: int.nullish(),
  closed_at: int.nullish(),
  custom_fields_values: fieldValues,
  tags_to_add: z.array(tagRef).optional(),
  tags_to_delete: z.array(tagRef).nullish(),
  _embedded: z
    .object({
      tags: z.array(tagRef).nullish(),
      contacts: z.array(z.object({ id: int, is_main: z.boolean().optional() })).optional(),
      companies: z.array(z.object({ id: int })).optional(),
    })
    .optional(),
});
export type LeadBody = z.infer<typeof leadBody>;

/**
 * What is wrong with a body beyond its form. A stage is named by pipeline and
 * stage together: one of another pipeline needs its `pipeline_id` too.
 * `lead` is the one to change; absent for a PATCH of an id that is not there.
 */
export function leadComplaints(account: Account, body: LeadBody & { id?: number }, lead?: Lead): Complaint[] {
  const { complaints } = readFieldValues(ownFields(account, 'leads'), body.custom_fields_values);
  if (body.id !== undefined && !lead) complaints.push(notSupportedChoice('id'));
  const pipelineId = body.pipeline_id ?? lead?.pipeline_id ?? pipelineOf(account, body.status_id);
  const pipeline = account.pipelines.find((one) => one.id === pipelineId);
  if (!pipeline) complaints.push(notSupportedChoice('pipeline_id'));
  const status = pipeline?.statuses.find((one) => one.id === body.status_id);
  if (pipeline && body.status_id !== undefined && !status) complaints.push(notSupportedChoice('status_id'));
  complaints.push(...userComplaints(account, body));
  (body._embedded?.contacts ?? []).forEach(({ id }, i) => {
    if (!account.contacts.has(id)) complaints.push(notSupportedChoice(`_embedded.contacts.${i}.id`));
  });
  return complaints;
}

/** A new lead may name a stage alone; the closing stages are those of the first pipeline. */
function pipelineOf(account: Account, statusId: number | undefined): number | undefined {
  const pipelines = account.pipelines;
  const owner = pipelines.find(({ statuses }) => statuses.some(({ id }) => id === statusId));
  return (owner ?? pipelines[0])?.id;
}

export function userComplaints(account: Account, body: { responsible_user_id?: number | undefined }): Complaint[] {
  const { responsible_user_id: id } = body;
  if (id === undefined || account.users.some((user) => user.id === id && user.is_active)) return [];
  return [notSupportedChoice('responsible_user_id')];
}

/** A checked body as a draft; `lead` is the one it will be written over. */
export function leadDraft(account: Account, body: LeadBody, lead?: Lead): LeadDraft {
  const { name, price, loss_reason_id, responsible_user_id, created_by, created_at, closed_at } = body;
  const pipeline_id = body.pipeline_id ?? (lead ? undefined : pipelineOf(account, body.status_id));
  const moved = lead !== undefined && pipeline_id !== undefined && pipeline_id !== lead.pipeline_id;
  return {
    name: name ?? undefined,
    price: price ?? undefined,
    status_id: body.status_id ?? (moved ? firstStatus(account, pipeline_id) : undefined),
    pipeline_id,
    responsible_user_id,
    loss_reason_id,
    created_by,
    created_at,
    closed_at: closed_at ?? undefined,
    values: readFieldValues(ownFields(account, 'leads'), body.custom_fields_values).values,
    tags: tagsOf(account, 'leads', body, lead?.tags),
    contacts: body._embedded?.contacts,
    company_id: body._embedded?.companies?.[0]?.id,
  };
}

/** Moving to another pipeline without a stage lands on its first one. */
function firstStatus(account: Account, pipelineId: number): number | undefined {
  const pipeline = account.pipelines.find((one) => one.id === pipelineId);
  return pipeline?.statuses.find((status) => status.type === 0)?.id;
}

export function ownFields(account: Account, owner: Owner) {
  return account.fields.filter((field) => field.owner === owner);
}

type Tagged = Pick<LeadBody, 'tags_to_add' | 'tags_to_delete' | '_embedded'>;

/** `_embedded.tags` replaces the whole set; `tags_to_add` and `tags_to_delete` change it. */
export function tagsOf(account: Account, owner: Owner, body: Tagged, had: readonly Tag[] = []): Tag[] | undefined {
  const { tags_to_add: add, tags_to_delete: drop } = body;
  const whole = body._embedded?.tags;
  if (whole === undefined && !add && !drop) return undefined;
  const named = (refs: readonly z.infer<typeof tagRef>[]) =>
    refs.flatMap(({ id, name }) => {
      const known = account.tags[owner].find((tag) => tag.id === id);
      return known ?? (name ? tagByName(account, owner, name) : []);
    });
  const start = whole === undefined ? had : named(whole ?? []);
  const gone = new Set((drop ?? []).flatMap(({ id, name }) => [id, name]));
  const kept = start.filter((tag) => !gone.has(tag.id) && !gone.has(tag.name));
  return [...new Map([...kept, ...named(add ?? [])].map((tag) => [tag.id, tag])).values()];
}
