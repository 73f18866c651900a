import type { Hint } from '@tributary/connector-kit';

/** All that the hints of one batch say of one lead. */
export interface LeadHint {
  id: string;
  /** It was made just now, so that its first stage is news. */
  added: boolean;
  /** Where it came from, as the first hook that moved it said. */
  from: { statusId: number; pipelineId: number | undefined } | undefined;
  all: readonly Hint[];
}

/**
 * One lead, one hint. An old stage counts only where it differs from the new
 * one: `leads[responsible]`, and some `leads[update]`, carry it unchanged
 * (Kommo, webhooks-general).
 */
export function leadHints(hints: readonly Hint[]): LeadHint[] {
  const byLead = Map.groupBy(
    hints.filter((hint) => hint.kind === 'lead' && hint.said.action !== 'delete'),
    (hint) => hint.id,
  );
  return [...byLead].map(([id, all]) => ({
    id,
    added: all.some((hint) => hint.said.action === 'add'),
    from: all.map(cameFrom).find((from) => from !== undefined),
    all,
  }));
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

function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
