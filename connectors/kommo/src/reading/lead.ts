import type { ActivityInput, Fields, Value } from '@tributary/model';
import { personFields, STAGE_CHANGED, stageAttributes } from '../provides.ts';
import type { KommoLead } from '../rest/records.ts';
import { textOf } from './contact.ts';
import type { StageRef } from './find-stage.ts';
import type { LeadHint, StageMove } from './lead-hint.ts';
import type { LeadMemory } from './memory.ts';
import { movesOf } from './moves.ts';
import type { NameOf } from './stages.ts';

/** A lead as it is now, beside what was known of it. */
export interface LeadChange {
  lead: KommoLead;
  contactId: number | undefined;
  /** Its changes of stage that nobody was told of yet, oldest first. */
  moves: StageMove[];
  /** The moment of the last change of stage that somebody was told of, in milliseconds; undefined before the first. */
  toldAt: number | undefined;
  /** Whether a person's fields may be different now. */
  touched: boolean;
  /** Who was its main contact when it was last read, and is not any more. */
  formerContact: number | undefined;
}

/** A lead's news: see `movesOf` for its stages. */
export function changeOf(lead: KommoLead, hint: LeadHint, known: LeadMemory | undefined): LeadChange {
  const contactId = mainContact(lead);
  const moves = movesOf(lead, hint, known);
  const touched =
    !known ||
    moves.length > 0 ||
    known.contactId !== (contactId ?? null) ||
    known.price !== priceOf(lead) ||
    known.deletedAt !== undefined;
  return { lead, contactId, moves, toldAt: known?.toldAt, touched, formerContact: formerContact(lead, known) };
}

/** That contacts say which of them is the main one is not documented; where they do not, their order says nothing. */
function formerContact(lead: KommoLead, known: LeadMemory | undefined): number | undefined {
  const before = known?.contactId ?? undefined;
  if (before === undefined || mainContact(lead) === before) return undefined;
  const contacts = lead._embedded?.contacts ?? [];
  const isStillOne = contacts.some(({ id }) => id === before) && !contacts.some(({ is_main }) => is_main);
  return isStillOne ? undefined : before;
}

/**
 * When its changes of stage were. Kommo's second, but never in our future: clocks differ. Within one second, each comes a
 * millisecond after the one before, so that whoever reads the timeline finds them in the order in which they were.
 */
export function momentsOf({ moves, toldAt = 0 }: LeadChange, now: Date): Date[] {
  let last = toldAt;
  return moves.map(({ at }) => {
    last = Math.max(Math.min(at * 1000, now.getTime()), last + 1);
    return new Date(last);
  });
}

/** What to remember; `owed` when the change of stage could not be recorded for want of a contact. */
export function leadMemoryOf(change: LeadChange, recorded: boolean, moments: readonly Date[]): LeadMemory {
  const { lead, contactId, moves } = change;
  const toldAt = (recorded ? moments.at(-1)?.getTime() : undefined) ?? change.toldAt;
  return {
    statusId: lead.status_id,
    pipelineId: lead.pipeline_id,
    contactId: recorded ? (contactId ?? null) : null,
    updatedAt: lead.updated_at,
    responsibleUserId: lead.responsible_user_id ?? null,
    price: priceOf(lead),
    name: lead.name ?? '',
    ...(toldAt === undefined ? {} : { toldAt }),
    ...(moves[0] && !recorded ? { owed: moves[0].from } : {}),
  };
}

/** What a lead adds to its main contact's person, at a stage it has or had. */
export function leadFields(lead: KommoLead, nameOf: NameOf, at: StageRef = stageOf(lead)): Fields {
  const names = nameOf(at);
  return {
    [personFields.leadId.id]: String(lead.id),
    [personFields.stage.id]: textOf(names.stage) ?? '',
    [personFields.pipeline.id]: textOf(names.pipeline) ?? '',
    ...inThousandths(personFields.dealValue.id, priceOf(lead)),
  };
}

/** The activity of a change of stage. Its key is the same whether a webhook or an event told of the move. */
export function stageChange(lead: KommoLead, { from, to, at }: StageMove, nameOf: NameOf, moment: Date): ActivityInput {
  const names = nameOf(to);
  const { statusId, pipelineId = to.pipelineId } = from;
  const previous = statusId === undefined ? '' : nameOf({ statusId, pipelineId }).stage;
  const attributes: Record<string, Value> = {
    [stageAttributes.leadId.id]: String(lead.id),
    [stageAttributes.leadName.id]: textOf(lead.name) ?? '',
    [stageAttributes.stage.id]: textOf(names.stage) ?? '',
    [stageAttributes.previousStage.id]: textOf(previous) ?? '',
    [stageAttributes.pipeline.id]: textOf(names.pipeline) ?? '',
    ...inThousandths(stageAttributes.dealValue.id, priceOf(lead)),
  };
  if (lead.responsible_user_id) attributes[stageAttributes.responsibleUserId.id] = String(lead.responsible_user_id);
  return {
    id: STAGE_CHANGED,
    attributes,
    at: moment,
    key: `kommo:${lead.id}:${to.pipelineId}:${to.statusId}:${at}`,
  };
}

export function stageOf(lead: KommoLead): StageRef {
  return { statusId: lead.status_id, pipelineId: lead.pipeline_id };
}

export function mainContact(lead: KommoLead): number | undefined {
  const contacts = lead._embedded?.contacts ?? [];
  return (contacts.find((contact) => contact.is_main) ?? contacts[0])?.id;
}

function priceOf(lead: KommoLead): number | null {
  return lead.price ?? null;
}

export function inThousandths(id: string, price: number | null): Record<string, Value> {
  const value = Math.round((price ?? Number.NaN) * 1000);
  return Number.isSafeInteger(value) ? { [id]: value } : {};
}
