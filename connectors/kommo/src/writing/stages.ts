import type { WriteOutcome } from '@tributary/connector-kit';
import type { NamedStage, StageRef } from '../reading/find-stage.ts';
import { byIds } from '../rest/lists.ts';
import { type KommoLead, leadsIn } from '../rest/records.ts';
import { bodyOf } from '../speech/writes.ts';
import { noLongerThere } from './batch.ts';
import { latestOf, once, type Part, type Placed, type Plan } from './change.ts';
import { movesSince } from './happened.ts';
import { done, failed } from './outcomes.ts';
import type { Addressed, Writer } from './writer.ts';

/** Won and lost, in every pipeline (Kommo, "Pipelines and stages"). */
const closed = [142, 143];

interface Wanted {
  to: StageRef;
  named: NamedStage;
  reopen: boolean;
}

/**
 * Moves of deals. Where a deal is now decides: one that is there already has
 * arrived, and one that is won or lost is left alone, unless the step says
 * otherwise. A move that may have been made already is looked for in Kommo's
 * events: a person may have moved the deal on since.
 */
export async function planStages(writer: Writer, writes: readonly Addressed[]): Promise<Plan> {
  if (writes.length === 0) return { settled: [], changes: [] };
  const ids = writes.map(({ entity }) => entity.id);
  const leads = new Map(leadsIn(await byIds(writer.api, '/leads', 'leads', ids)).map((one) => [String(one.id), one]));
  const { settled, placed } = await place(writer, writes, leads);
  const { settled: overtaken, latest } = latestOf(placed, writer.times);
  const uncertain = latest.filter((one) => one.writes.some((write) => write.uncertain));
  const made = await movesSince(writer.api, uncertain);
  const plan: Plan = { settled: [...settled, ...overtaken], changes: [] };
  const forget = once(writer.stages.forget);
  for (const one of latest) {
    const { to, named, reopen } = one.wanted;
    const lead = leads.get(one.entity.id)!;
    if (made.has(one) || isAt(lead, to)) {
      plan.settled.push(...done(one.writes, one.entity.id));
    } else if (closed.includes(lead.status_id) && !reopen) {
      plan.settled.push(...failed(one.writes, await stillClosed(writer, lead)));
    } else {
      const { wanted: _, ...rest } = one;
      plan.changes.push({
        ...{ ...rest, part: partOf(to) },
        async again() {
          forget();
          const [found] = await writer.stages.find([named]);
          return 'why' in found! ? found : partOf(found!);
        },
      });
    }
  }
  return plan;
}

/** Where each is to go; a deal that is gone, and a stage that is nowhere, fail. */
async function place(writer: Writer, writes: readonly Addressed[], leads: ReadonlyMap<string, KommoLead>) {
  const settled: WriteOutcome[] = [];
  const asked = writes.flatMap(({ write, entity }) => {
    const lead = leads.get(entity.id);
    if (!lead) settled.push(...failed([write], noLongerThere(entity)));
    const { stage, pipeline, reopen, at } = bodyOf('stage', write);
    return lead ? [{ write, entity, reopen, at, named: { stage, pipeline, dealIn: lead.pipeline_id } }] : [];
  });
  const found = asked.length > 0 ? await writer.stages.find(asked.map(({ named }) => named)) : [];
  const placed: Placed<Wanted>[] = [];
  for (const [i, { write, entity, named, reopen, at }] of asked.entries()) {
    const to = found[i]!;
    if ('why' in to) settled.push(...failed([write], to.why));
    else placed.push({ write, entity, about: 'stage', at: Date.parse(at), wanted: { to, named, reopen } });
  }
  return { settled, placed };
}

function partOf({ statusId, pipelineId }: StageRef): Part {
  return { own: { status_id: statusId, pipeline_id: pipelineId } };
}

function isAt(lead: KommoLead, { statusId, pipelineId }: StageRef): boolean {
  return lead.status_id === statusId && lead.pipeline_id === pipelineId;
}

async function stillClosed(writer: Writer, lead: KommoLead): Promise<string> {
  const ref = { statusId: lead.status_id, pipelineId: lead.pipeline_id };
  const { stage } = (await writer.stages.namesFor([ref]))(ref);
  return `the deal ${lead.id} is closed (${stage}), and the step does not say to reopen it`;
}
