import type { ActivityInput, Fields, Value } from '@tributary/model';
import { DEAL_DELETED, DEAL_PASSED_ON, dealAttributes, personFields } from '../provides.ts';
import type { KommoLead } from '../rest/records.ts';
import { textOf } from './contact.ts';
import { inThousandths, type LeadChange, leadFields, leadMemoryOf } from './lead.ts';
import type { LeadHint } from './lead-hint.ts';
import type { LeadMemory } from './memory.ts';
import type { NameOf } from './stages.ts';

/** A deal that somebody knew of and that is in Kommo's bin now. */
export interface Deletion {
  leadId: number;
  /** As it was last seen. */
  was: LeadMemory;
  at: Date;
}

/** A deal that a contact has no longer: it was deleted, or somebody else is its main contact. */
export interface Departure {
  contactId: number;
  activity(nameOf: NameOf): ActivityInput;
  /** The deal, for the names of its stage. */
  deal: LeadMemory;
}

/** Told once: undefined where nobody knew of the deal, or its deletion was told. */
export function deletionOf(hint: LeadHint, was: LeadMemory | undefined, now: Date): Deletion | undefined {
  if (!was || was.deletedAt !== undefined) return undefined;
  const said = hint.deleted?.at === undefined ? now.getTime() : Math.min(hint.deleted.at * 1000, now.getTime());
  // After the last change of stage that somebody was told of, as the moments of changes are one after the other.
  return { leadId: Number(hint.id), was, at: new Date(Math.max(said, (was.toldAt ?? 0) + 1)) };
}

export function deletedMemoryOf({ was, at }: Deletion): LeadMemory {
  const { owed: _, ...kept } = was;
  return { ...kept, deletedAt: at.getTime() };
}

/** Whom a deletion concerns: nobody, where the deal had no contact. */
export function departureByDeletion({ leadId, was, at }: Deletion): Departure[] {
  const { contactId } = was;
  if (contactId === null) return [];
  const key = `kommo:${leadId}:deleted:${Math.floor(at.getTime() / 1000)}`;
  const activity = (nameOf: NameOf) => ({ id: DEAL_DELETED, attributes: attributesOf(leadId, was, nameOf), at, key });
  return [{ contactId, deal: was, activity }];
}

/** A deal whose main contact is another one now, or nobody, as the one before is told of it. */
export function departureByChange(change: LeadChange, now: Date): Departure[] {
  const { lead, formerContact: contactId, toldAt = 0 } = change;
  if (contactId === undefined) return [];
  const deal = leadMemoryOf(change, true, []);
  const at = new Date(Math.max(Math.min(lead.updated_at * 1000, now.getTime()), toldAt + 1));
  const key = `kommo:${lead.id}:passed-on:${contactId}:${lead.updated_at}`;
  const activity = (nameOf: NameOf) => ({
    id: DEAL_PASSED_ON,
    attributes: attributesOf(lead.id, deal, nameOf),
    at,
    key,
  });
  return [{ contactId, deal, activity }];
}

/** What a person shows of their deals after one of them is gone: another one of theirs, or none. */
export function remainingFields(other: KommoLead | undefined, nameOf: NameOf): Fields {
  const { leadId, stage, pipeline, dealValue } = personFields;
  const none = { [leadId.id]: null, [stage.id]: null, [pipeline.id]: null, [dealValue.id]: null };
  return other ? { ...none, ...leadFields(other, nameOf) } : none;
}

function attributesOf(leadId: number, deal: LeadMemory, nameOf: NameOf): Record<string, Value> {
  const { stage, pipeline } = nameOf(deal);
  const { responsibleUserId } = deal;
  return {
    [dealAttributes.leadId.id]: String(leadId),
    [dealAttributes.leadName.id]: textOf(deal.name) ?? '',
    [dealAttributes.stage.id]: textOf(stage) ?? '',
    [dealAttributes.pipeline.id]: textOf(pipeline) ?? '',
    ...inThousandths(dealAttributes.dealValue.id, deal.price),
    ...(responsibleUserId ? { [dealAttributes.responsibleUserId.id]: String(responsibleUserId) } : {}),
  };
}
