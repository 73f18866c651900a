import type { WriteOutcome } from '@tributary/connector-kit';
import { byIds } from '../rest/lists.ts';
import { leadsIn } from '../rest/records.ts';
import { bodyOf } from '../speech/writes.ts';
import { type Item, noLongerThere, requestIdOf, sendAll } from './batch.ts';
import { lookUpTasks, splitUncertain } from './look-up.ts';
import { failed } from './outcomes.ts';
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
      due.map((item) => item.entity.id),
    ),
  );
  for (const lead of leads) responsible.set(String(lead.id), lead.responsible_user_id ?? undefined);
  const gone = due.filter((item) => !responsible.has(item.entity.id));
  if (gone.length > 0) yield gone.flatMap((item) => failed(item.writes, noLongerThere(item.entity)));

  yield* sendAll(
    {
      ...{ api: writer.api, tools: writer.tools, method: 'POST', path: '/tasks', name: 'tasks' },
      ...{ size: writer.sizes.tasks, appends: true, mayRepeat: () => false, lookUp },
      // A user who left may still own deals. A task without an owner goes to the token's user, which beats no task.
      async repair(item, complaints) {
        if (!complaints.some(({ path }) => path === 'responsible_user_id')) return undefined;
        if (responsible.get(item.entity.id) === undefined) return undefined;
        writer.tools.log('The responsible user of a deal can not be given a task', { lead: item.entity.id });
        responsible.set(item.entity.id, undefined);
        return { failed: [], again: [item] };
      },
    },
    due.filter((item) => responsible.has(item.entity.id)),
  );
}

function itemOf({ write, entity }: Addressed, responsible: ReadonlyMap<string, number | undefined>): Item {
  const { text, completeTill, taskType } = bodyOf('task', write);
  return {
    requestId: requestIdOf(write),
    entity,
    writes: [write],
    body() {
      const userId = responsible.get(entity.id);
      return {
        entity_id: Number(entity.id),
        entity_type: 'leads',
        text,
        complete_till: completeTill,
        task_type_id: taskType,
        ...(userId === undefined ? {} : { responsible_user_id: userId }),
      };
    },
  };
}
