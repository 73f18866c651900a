import { allNamed, listed, severalOf } from '../rest/names.ts';
import type { KommoPipeline } from '../rest/records.ts';

/** A stage is named by pipeline and stage together: won (142) and lost (143) have the same ids in all pipelines (Kommo, "Pipelines and stages"). */
export interface StageRef {
  statusId: number;
  pipelineId: number;
}

/** A stage as people name it: by its name or id, in a pipeline named alike, or in the one the deal is in. */
export interface NamedStage {
  stage: string;
  pipeline: string | undefined;
  dealIn: number;
}

/** Where a stage is, or why nobody can tell. */
export function findStage(pipelines: readonly KommoPipeline[], named: NamedStage): StageRef | { why: string } {
  const name = named.pipeline ?? String(named.dealIn);
  const called = allNamed(pipelines, name);
  const meant = called.length > 1 ? called.filter((one) => one.is_archive !== true) : called;
  const [pipeline] = meant;
  if (!pipeline) return { why: `there is no pipeline “${name}”; there is ${listed(pipelines)}` };
  if (meant.length > 1) return severalOf(`pipelines “${name}”`, meant);
  const { statuses } = pipeline._embedded;
  const stages = allNamed(statuses, named.stage);
  if (stages.length > 1) return severalOf(`stages “${named.stage}” in the pipeline “${pipeline.name}”`, stages);
  const [status] = stages;
  if (status) return { statusId: status.id, pipelineId: pipeline.id };
  // An id names the pipeline too, but for won and lost, which every pipeline has.
  const elsewhere = pipelines.find((one) => one._embedded.statuses.some(({ id }) => String(id) === named.stage));
  if (elsewhere && named.pipeline === undefined) return { statusId: Number(named.stage), pipelineId: elsewhere.id };
  return { why: `the pipeline “${pipeline.name}” has no stage “${named.stage}”; it has ${listed(statuses)}` };
}
