import type { Hint } from '@tributary/connector-kit';

/** All that the hints of one batch say of one lead. */
export interface LeadHint {
  id: string;
  /** It was made just now, so that its first stage is news. */
  added: boolean;
  /** It is said to be deleted; the second in which that was, where it is said. */
  deleted: { at: number | undefined } | undefined;
  /** It is said to be restored. */
  restored: boolean;
  /** Where it came from, as the first hook that moved it said. */
  from: { statusId: number; pipelineId: number | undefined } | undefined;
  /** Its changes of stage as Kommo's events have them, oldest first; empty where only webhooks tell of it. */
  moves: readonly StageMove[];
  all: readonly Hint[];
}

interface Stage {
  statusId: number;
  pipelineId: number;
}

/** From one stage to another, at a second of Kommo's; `from` is empty where there was nothing before. */
export interface StageMove {
  from: { [Part in keyof Stage]?: Stage[Part] | undefined };
  to: Stage;
  at: number;
}

/**
 * One lead, one hint. An old stage counts only where it differs from the new
 * one: `leads[responsible]`, and some `leads[update]`, carry it unchanged
 * (Kommo, webhooks-general).
 */
export function leadHints(hints: readonly Hint[]): LeadHint[] {
  const byLead = Map.groupBy(
    hints.filter((hint) => hint.kind === 'lead'),
    (hint) => hint.id,
  );
  return [...byLead].map(([id, all]) => ({
    id,
    added: all.some((hint) => hint.said.action === 'add'),
    deleted: deletedIn(all),
    restored: all.some((hint) => hint.said.action === 'restore'),
    from: all.map(cameFrom).find((from) => from !== undefined),
    moves: all
      .flatMap(eventMove)
      .sort((a, b) => a.move.at - b.move.at || (a.event < b.event ? -1 : 1))
      .map(({ move }) => move),
    all,
  }));
}

/** A webhook does not say when; an event does. */
function deletedIn(hints: readonly Hint[]): LeadHint['deleted'] {
  const deletions = hints.filter(({ said }) => said.action === 'delete');
  if (deletions.length === 0) return undefined;
  return { at: deletions.flatMap(({ said }) => idOf(said.updated_at) ?? []).at(-1) };
}

function cameFrom({ said }: Hint): LeadHint['from'] {
  const statusId = idOf(said.old_status_id);
  if (statusId === undefined) return undefined;
  const pipelineId = idOf(said.old_pipeline_id);
  // Won and lost have one id in all pipelines, so that a move between pipelines may leave the stage's id as it was.
  const moved =
    said.old_status_id !== said.status_id || (pipelineId !== undefined && said.old_pipeline_id !== said.pipeline_id);
  return moved ? { statusId, pipelineId } : undefined;
}

/** A hint made of an event (`catch-up.ts`) is exact. Event ids grow with time. */
function eventMove({ said }: Hint): { event: string; move: StageMove }[] {
  const [statusId, pipelineId] = [idOf(said.status_id), idOf(said.pipeline_id)];
  const [fromStatus, fromPipeline] = [idOf(said.old_status_id), idOf(said.old_pipeline_id)];
  if (said.event === undefined || statusId === undefined || pipelineId === undefined) return [];
  const from =
    fromStatus === undefined || fromPipeline === undefined ? {} : { statusId: fromStatus, pipelineId: fromPipeline };
  return [{ event: said.event, move: { from, to: { statusId, pipelineId }, at: Number(said.updated_at) } }];
}

function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
