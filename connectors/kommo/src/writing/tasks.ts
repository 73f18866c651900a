import type { WriteOutcome } from '@tributary/connector-kit';
import { byIds } from '../rest/lists.ts';
import { leadsIn } from '../rest/records.ts';
import { taskBody } from '../speech/writes.ts';
import { failures, type Item, noLongerThere, requestIdOf, sendAll } from './batch.ts';
import { lookUpTasks, splitUncertain } from './look-up.ts';
import type { Addressed, Writer } from './writer.ts';

/** Tasks on deals, for whoever is responsible for the deal now: it may have changed hands since the journey asked. */
export async function* writeTasks(writer: Writer, writes: readonly Addressed[]): AsyncGenerator<WriteOutcome[]> {
  const responsible = new Map<string, number | undefined>();
  const { uncertain, certain } = splitUncertain(writes.map((one) => itemOf(one, responsible)));
  const lookUp = (items: readonly Item[]) => lookUpTasks(writer.api, items);
  const { there, missing } = await lookUp(uncertain);
  if (there.length > 0) yield there;

  const due = [...missing, ...certain];
  const leads = leadsIn(
    await byIds(
      writer.api,
      '/leads',
      'leads',
      due.map((item) => item.leadId),
    ),
  );
  for (const lead of leads) responsible.set(String(lead.id), lead.responsible_user_id ?? undefined);
  const gone = due.filter((item) => !responsible.has(item.leadId));
  if (gone.length > 0) yield gone.flatMap((item) => failures(item, noLongerThere(item.leadId)));

  yield* sendAll(
    {
      ...{ api: writer.api, tools: writer.tools, method: 'POST', path: '/tasks', name: 'tasks' },
      ...{ size: writer.sizes.tasks, appends: true, lookUp },
      // A user who left may still own deals. A task without an owner goes to the token's user, which beats no task.
      async repair(item, complaints) {
        if (!complaints.some(({ path }) => path === 'responsible_user_id')) return false;
        writer.tools.log('The responsible user of a deal can not be given a task', { lead: item.leadId });
        responsible.set(item.leadId, undefined);
        return true;
      },
    },
    due.filter((item) => responsible.has(item.leadId)),
  );
}

function itemOf({ write, leadId }: Addressed, responsible: ReadonlyMap<string, number | undefined>): Item {
  const { text, completeTill, taskType } = taskBody.parse(write.body);
  return {
    requestId: requestIdOf(write),
    leadId,
    writes: [write],
    body() {
      const userId = responsible.get(leadId);
      return {
        entity_id: Number(leadId),
        entity_type: 'leads',
        text,
        complete_till: completeTill,
        task_type_id: taskType,
        ...(userId === undefined ? {} : { responsible_user_id: userId }),
      };
    },
  };
}
