import { z } from 'zod';
import type { Api } from '../rest/api.ts';
import { createKnown } from '../rest/known.ts';
import { type KommoPipeline, pipelinesIn } from '../rest/records.ts';
import { findStage, type NamedStage, type StageRef } from './find-stage.ts';

export interface StageNames {
  stage: string;
  pipeline: string;
}

export type NameOf = (ref: StageRef) => StageNames;

/** The stages of all pipelines, read once for all. One that is deleted stays unknown, and goes by its id. */
export interface Stages {
  namesFor(refs: readonly StageRef[]): Promise<NameOf>;
  /** Where the stages are that people have named, in the order given, or why nobody can tell. */
  find(named: readonly NamedStage[]): Promise<(StageRef | { why: string })[]>;
  forget(): void;
}

export function createStages(api: Api, now: () => Date): Stages {
  const pipelines = createKnown(() => readPipelines(api), now);
  return {
    async namesFor(refs) {
      const known = await pipelines.get((all) => refs.some((ref) => !placeOf(all, ref).stage));
      return (ref) => {
        const { pipeline, stage } = placeOf(known, ref);
        return { stage: stage?.name ?? String(ref.statusId), pipeline: pipeline?.name ?? String(ref.pipelineId) };
      };
    },
    async find(named) {
      const look = (all: readonly KommoPipeline[]) => named.map((one) => findStage(all, one));
      return look(await pipelines.get((all) => look(all).some((found) => 'why' in found)));
    },
    forget: pipelines.forget,
  };
}

function placeOf(pipelines: readonly KommoPipeline[], { statusId, pipelineId }: StageRef) {
  const pipeline = pipelines.find((one) => one.id === pipelineId);
  return { pipeline, stage: pipeline?._embedded.statuses.find((one) => one.id === statusId) };
}

const answer = z.object({ _embedded: z.object({ pipelines: z.array(z.unknown()) }) });

export async function readPipelines(api: Api): Promise<KommoPipeline[]> {
  const read = answer.safeParse(await api.get('/leads/pipelines'));
  return read.success ? pipelinesIn(read.data._embedded.pipelines) : [];
}
