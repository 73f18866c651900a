import type { KommoLead } from '../rest/records.ts';
import type { LeadHint, StageMove } from './lead-hint.ts';
import type { LeadMemory } from './memory.ts';

/** An event may carry the second after the one its deal says it was edited in. */
const skew = 1;

/**
 * The changes of stage that nobody was told of yet, oldest first. REST's word
 * against what is remembered decides; events, where there are any, say by
 * which stages the deal came, and when. Of a lead never seen, a change is
 * reported only when a hook or an event said that it was made or moved:
 * otherwise the first edit of any old deal after connecting would start the
 * journeys of a stage it entered last year.
 */
export function movesOf(lead: KommoLead, hint: LeadHint, known: LeadMemory | undefined): StageMove[] {
  if (known?.owed) return upTo(lead, known.owed, []);
  if (known) return upTo(lead, known, freshMoves(hint.moves, known));
  const [first] = hint.moves;
  if (first) {
    const madeAt = hint.all.find(({ said }) => said.action === 'add')?.said.updated_at;
    const made = hint.added ? [{ from: {}, to: whereFrom(first), at: Number(madeAt ?? first.at) }] : [];
    return upTo(lead, first.from, [...made, ...hint.moves]);
  }
  const from = hint.from && { statusId: hint.from.statusId, pipelineId: hint.from.pipelineId ?? lead.pipeline_id };
  if (from && !isAt(lead, from)) return upTo(lead, from, []);
  return hint.added ? upTo(lead, {}, []) : [];
}

/** A deal that was made before its first move stood where that move began. */
function whereFrom({ from, to }: StageMove): StageMove['to'] {
  return { statusId: from.statusId ?? to.statusId, pipelineId: from.pipelineId ?? to.pipelineId };
}

/** What REST says beyond the last of the moves is one more: made since, or told by no event. */
function upTo(lead: KommoLead, start: StageMove['from'], moves: readonly StageMove[]): StageMove[] {
  const last = moves.at(-1)?.to ?? start;
  if (isAt(lead, last)) return [...moves];
  return [
    ...moves,
    { from: last, to: { statusId: lead.status_id, pipelineId: lead.pipeline_id }, at: lead.updated_at },
  ];
}

/**
 * Events later than what is remembered. Within the second of the last reading,
 * which may have been read before or after them, those behind the last one
 * that led to the remembered stage.
 */
function freshMoves(moves: readonly StageMove[], known: LeadMemory): StageMove[] {
  const since = moves.filter(({ at }) => at >= known.updatedAt);
  const near = since.filter(({ at }) => at <= known.updatedAt + skew);
  const later = since.slice(near.length);
  const told = near.findLastIndex(({ to }) => isSame(to, known));
  const next = told < 0 ? near.findIndex(({ from }) => isSame(from, known)) : told + 1;
  return [...(next < 0 ? [] : near.slice(next)), ...later];
}

function isAt(lead: KommoLead, stage: StageMove['from']): boolean {
  return lead.status_id === stage.statusId && lead.pipeline_id === stage.pipelineId;
}

function isSame(a: StageMove['from'], b: StageMove['from']): boolean {
  return a.statusId === b.statusId && a.pipelineId === b.pipelineId;
}
