import type { Hint, Memory } from '@tributary/connector-kit';
import type { ActivityInput, Value } from '@tributary/model';
import { TASK_DONE, taskAttributes } from '../provides.ts';
import { byIds } from '../rest/lists.ts';
import { type KommoTask, tasksIn } from '../rest/records.ts';
import { textOf } from './contact.ts';
import { recallTasks } from './memory.ts';
import type { Reader } from './reader.ts';

/** A task on a lead. */
export type LeadTask = KommoTask & { entity_id: number };

/**
 * The tasks on leads that are done and of which nobody was told yet, as REST has them. Each once: one that is opened again
 * and done again is not told of again.
 */
export async function readTasksDone({ api }: Reader, hints: readonly Hint[], memory: Memory): Promise<LeadTask[]> {
  const hinted = [...new Set(hints.filter(({ kind }) => kind === 'task').map(({ id }) => id))];
  if (hinted.length === 0) return [];
  const told = await recallTasks(memory, hinted);
  const asked = new Set(hinted.filter((id) => !told.has(id)));
  return tasksIn(await byIds(api, '/tasks', 'tasks', [...asked])).filter(
    (task): task is LeadTask =>
      asked.has(String(task.id)) &&
      task.is_completed === true &&
      task.entity_type === 'leads' &&
      typeof task.entity_id === 'number',
  );
}

/**
 * The activity of a task that is done. The moment is the end of Kommo's second, for whatever was told of its deal in that
 * second came before; but never in our future: clocks differ.
 */
export function taskDone(task: LeadTask, now: Date): ActivityInput {
  const attributes: Record<string, Value> = {
    [taskAttributes.leadId.id]: String(task.entity_id),
    [taskAttributes.taskId.id]: String(task.id),
    [taskAttributes.task.id]: textOf(task.text) ?? '',
    [taskAttributes.result.id]: textOf(task.result?.text) ?? '',
  };
  if (task.responsible_user_id) attributes[taskAttributes.responsibleUserId.id] = String(task.responsible_user_id);
  const at = task.updated_at ? Math.min(task.updated_at * 1000 + 999, now.getTime()) : now.getTime();
  return { id: TASK_DONE, attributes, at: new Date(at), key: `kommo:task:${task.id}` };
}
