import { z } from 'zod';
import type { Api } from '../rest/api.ts';
import { type KommoPipeline, pipelinesIn } from '../rest/records.ts';

/** A stage is named by pipeline and stage together: won (142) and lost (143) have the same ids in all pipelines (Kommo, "Pipelines and stages"). */
export interface StageRef {
  statusId: number;
  pipelineId: number;
}

export interface StageNames {
  stage: string;
  pipeline: string;
}

export type NameOf = (ref: StageRef) => StageNames;

const minute = 60_000;
/** A renamed stage is called by its new name after this; journeys filter by name. */
const trustedFor = 10 * minute;

/**
 * The names of stages, read once for all. Read again when they are old, and
 * for a stage they do not have, but then at most once a minute: one that is
 * deleted stays unknown, and goes by its id.
 */
export function createStages(api: Api, now: () => Date): { namesFor(refs: readonly StageRef[]): Promise<NameOf> } {
  let pipelines: KommoPipeline[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  const find = ({ statusId, pipelineId }: StageRef) => {
    const pipeline = pipelines.find((one) => one.id === pipelineId);
    return { pipeline, stage: pipeline?._embedded.statuses.find((one) => one.id === statusId) };
  };

  return {
    async namesFor(refs) {
      const age = Math.abs(now().getTime() - readAt);
      if (age > trustedFor || (age > minute && refs.some((ref) => !find(ref).stage))) {
        pipelines = await readPipelines(api);
        readAt = now().getTime();
      }
      return (ref) => {
        const { pipeline, stage } = find(ref);
        return { stage: stage?.name ?? String(ref.statusId), pipeline: pipeline?.name ?? String(ref.pipelineId) };
      };
    },
  };
}

const answer = z.object({ _embedded: z.object({ pipelines: z.array(z.unknown()) }) });

export async function readPipelines(api: Api): Promise<KommoPipeline[]> {
  const read = answer.safeParse(await api.get('/leads/pipelines'));
  return read.success ? pipelinesIn(read.data._embedded.pipelines) : [];
}
