import { taskItem } from '../webhooks/items.ts';
import type { Account } from './account.ts';
import type { Act } from './act.ts';
import { recordEvent } from './events.ts';
import type { Draft, Owner, Task } from './model.ts';

export type TaskDraft = Draft<Omit<Task, 'id' | 'updated_by' | 'updated_at'>>;

export function addTask(account: Account, act: Act, draft: TaskDraft & { text: string; complete_till: number }): Task {
  const task: Task = {
    id: account.nextId('task'),
    text: draft.text,
    complete_till: draft.complete_till,
    entity_id: draft.entity_id ?? null,
    entity_type: draft.entity_type ?? null,
    task_type_id: draft.task_type_id ?? 1,
    duration: draft.duration ?? 0,
    is_completed: draft.is_completed ?? false,
    result: draft.result ?? null,
    responsible_user_id: draft.responsible_user_id ?? act.by,
    created_by: draft.created_by ?? act.by,
    updated_by: act.by,
    created_at: draft.created_at ?? act.at,
    updated_at: act.at,
  };
  account.tasks.set(task.id, task);
  recordEvent(account, act, { type: 'task_added', entity_type: 'task', entity_id: task.id });
  act.tell({ group: 'task', action: 'add', settings: ['add_task'], item: () => taskItem(account, task) });
  return task;
}

const writable = [
  ...(['text', 'complete_till', 'entity_id', 'entity_type', 'task_type_id', 'responsible_user_id'] as const),
  ...(['duration', 'is_completed', 'result'] as const),
];

/** Finishing and handing over both come as `task[update]`, told apart by `action_close` and `old_responsible_user_id`. */
export function changeTask(account: Account, act: Act, task: Task, draft: TaskDraft): void {
  const before = { ...task };
  for (const key of writable) {
    if (draft[key] !== undefined) Object.assign(task, { [key]: draft[key] });
  }
  if (JSON.stringify(task) === JSON.stringify(before)) return;
  task.updated_at = act.at;
  task.updated_by = act.by;
  const finished = task.is_completed && !before.is_completed;
  const handedOver = task.responsible_user_id !== before.responsible_user_id;
  if (finished) recordEvent(account, act, { type: 'task_completed', entity_type: 'task', entity_id: task.id });
  act.tell({
    group: 'task',
    action: 'update',
    settings: ['update_task', ...(handedOver ? ['responsible_task'] : [])],
    item: () =>
      taskItem(account, task, {
        ...(finished ? { action_close: 1 } : {}),
        old_text: before.text,
        ...(handedOver
          ? {
              old_responsible_user_id: before.responsible_user_id,
              main_user: task.responsible_user_id,
              modified_by: act.by,
            }
          : {}),
      }),
  });
}

/** When the next open task on something is due, for `closest_task_at`. */
export function closestTaskAt(account: Account, owner: Owner, id: number): number | null {
  let closest: number | null = null;
  for (const task of account.tasks.values()) {
    if (task.is_completed || task.entity_type !== owner || task.entity_id !== id) continue;
    if (closest === null || task.complete_till < closest) closest = task.complete_till;
  }
  return closest;
}
