import type { ActivityInput, Fields, Value } from '@tributary/model';
import { personFields, STAGE_CHANGED, stageAttributes } from '../provides.ts';
import type { KommoLead } from '../rest/records.ts';
import { textOf } from './contact.ts';
import type { LeadHint } from './lead-hint.ts';
import type { LeadMemory } from './memory.ts';
import type { NameOf } from './stages.ts';

/** A lead as it is now, beside what was known of it. */
export interface LeadChange {
  lead: KommoLead;
  contactId: number | undefined;
  /** Where it came from, when its stage changed; an empty object where that is not known, or there was nothing before. */
  moved: { statusId?: number | undefined; pipelineId?: number | undefined } | undefined;
  /** Whether a person's fields may be different now. */
  touched: boolean;
}

/**
 * REST's word against what is remembered. Of a lead never seen, a change of
 * stage is reported only when a hook said that it was made or moved just now:
 * otherwise the first edit of any old deal after connecting would start the
 * journeys of a stage it entered last year.
 */
export function changeOf(lead: KommoLead, hint: LeadHint, known: LeadMemory | undefined): LeadChange {
  const contactId = mainContact(lead);
  if (!known) {
    const from = hint.from && { statusId: hint.from.statusId, pipelineId: hint.from.pipelineId ?? lead.pipeline_id };
    const cameFromElsewhere = from && (from.statusId !== lead.status_id || from.pipelineId !== lead.pipeline_id);
    const moved = cameFromElsewhere ? from : hint.added ? {} : undefined;
    return { lead, contactId, moved, touched: true };
  }
  const from = known.owed ?? { statusId: known.statusId, pipelineId: known.pipelineId };
  const moved = from.statusId === lead.status_id && from.pipelineId === lead.pipeline_id ? undefined : from;
  const touched = moved !== undefined || known.contactId !== (contactId ?? null) || known.price !== priceOf(lead);
  return { lead, contactId, moved, touched };
}

/** What to remember; `owed` when the change of stage could not be recorded for want of a contact. */
export function leadMemoryOf({ lead, contactId, moved }: LeadChange, recorded: boolean): LeadMemory {
  return {
    statusId: lead.status_id,
    pipelineId: lead.pipeline_id,
    contactId: recorded ? (contactId ?? null) : null,
    updatedAt: lead.updated_at,
    responsibleUserId: lead.responsible_user_id ?? null,
    price: priceOf(lead),
    name: lead.name ?? '',
    ...(moved && !recorded ? { owed: moved } : {}),
  };
}

/** What a lead adds to its main contact's person. */
export function leadFields(lead: KommoLead, nameOf: NameOf): Fields {
  const names = nameOf({ statusId: lead.status_id, pipelineId: lead.pipeline_id });
  return {
    [personFields.leadId.id]: String(lead.id),
    [personFields.stage.id]: textOf(names.stage) ?? '',
    [personFields.pipeline.id]: textOf(names.pipeline) ?? '',
    ...inThousandths(personFields.dealValue.id, lead),
  };
}

/** The activity of a change of stage. The moment is Kommo's, but never in our future: clocks differ. */
export function stageChange({ lead, moved }: LeadChange, nameOf: NameOf, now: Date): ActivityInput {
  const names = nameOf({ statusId: lead.status_id, pipelineId: lead.pipeline_id });
  const { statusId, pipelineId = lead.pipeline_id } = moved ?? {};
  const previous = statusId === undefined ? '' : nameOf({ statusId, pipelineId }).stage;
  const attributes: Record<string, Value> = {
    [stageAttributes.leadId.id]: String(lead.id),
    [stageAttributes.leadName.id]: textOf(lead.name) ?? '',
    [stageAttributes.stage.id]: textOf(names.stage) ?? '',
    [stageAttributes.previousStage.id]: textOf(previous) ?? '',
    [stageAttributes.pipeline.id]: textOf(names.pipeline) ?? '',
    ...inThousandths(stageAttributes.dealValue.id, lead),
  };
  if (lead.responsible_user_id) attributes[stageAttributes.responsibleUserId.id] = String(lead.responsible_user_id);
  return {
    id: STAGE_CHANGED,
    attributes,
    at: new Date(Math.min(lead.updated_at * 1000, now.getTime())),
    key: `kommo:${lead.id}:${lead.pipeline_id}:${lead.status_id}:${lead.updated_at}`,
  };
}

function mainContact(lead: KommoLead): number | undefined {
  const contacts = lead._embedded?.contacts ?? [];
  return (contacts.find((contact) => contact.is_main) ?? contacts[0])?.id;
}

function priceOf(lead: KommoLead): number | null {
  return lead.price ?? null;
}

function inThousandths(id: string, lead: KommoLead): Record<string, Value> {
  const value = Math.round((lead.price ?? Number.NaN) * 1000);
  return Number.isSafeInteger(value) ? { [id]: value } : {};
}
