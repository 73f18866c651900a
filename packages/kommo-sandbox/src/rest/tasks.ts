import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Account, isThere } from '../state/account.ts';
import type { Complaint } from '../state/field-values.ts';
import { notSupportedChoice } from '../state/field-values.ts';
import type { Task } from '../state/model.ts';
import { addTask, changeTask } from '../state/tasks.ts';
import { hal, origin, Problem, self, sendPage } from './answers.ts';
import { int, readList, readOne, stamps } from './check.ts';
import { apiBase, notAllowed } from './context.ts';
import { userComplaints } from './lead-body.ts';
import { ordered } from './lead-filter.ts';
import type { Query } from './query.ts';
import { numbers, parseQuery } from './query.ts';
import { taskView } from './views.ts';

const shared = {
  ...stamps,
  entity_id: int.nullish(),
  entity_type: z.enum(['leads', 'contacts', 'companies']).nullish(),
  task_type_id: int.optional(),
  duration: int.optional(),
  is_completed: z.boolean().optional(),
  result: z.object({ text: z.string() }).optional(),
};
const taskBody = z.object({ ...shared, text: z.string().min(1), complete_till: int });
const patchBody = z.object({ ...shared, text: z.string().min(1).optional(), complete_till: int.optional() });
const patchMany = patchBody.extend({ id: int });

export function taskRoutes(app: FastifyInstance, account: Account): void {
  const one = '/tasks/:id(^\\d+$)';
  const existing = (id: string | number): Task => {
    const task = account.tasks.get(Number(id));
    if (!task) throw new Problem(404, 'Entity not found');
    return task;
  };

  app.get('/tasks', (request, reply) => {
    const query = parseQuery(request.url);
    const rows = selectTasks([...account.tasks.values()], query);
    return sendPage(request, reply, query, {
      name: 'tasks',
      rows,
      show: (task) => taskView(account, task, apiBase(request)),
    });
  });

  app.get<{ Params: { id: string } }>(one, (request, reply) =>
    hal(reply, taskView(account, existing(request.params.id), apiBase(request))),
  );

  app.post('/tasks', (request, reply) => {
    const items = readList(taskBody, request.body, (item) => taskComplaints(account, item));
    const base = apiBase(request);
    const tasks = account.act(request.actor, (act) =>
      items.map(({ item, request_id }) => {
        const { id } = addTask(account, act, item);
        return { id, request_id, ...self(`${base}/tasks/${id}`) };
      }),
    );
    return hal(reply, { ...self(origin(request) + request.url), _embedded: { tasks } });
  });

  app.patch('/tasks', (request, reply) => {
    const items = readList(patchMany, request.body, (item) => [
      ...(account.tasks.has(item.id) ? [] : [notSupportedChoice('id')]),
      ...taskComplaints(account, item),
    ]);
    const base = apiBase(request);
    const tasks = account.act(request.actor, (act) =>
      items.map(({ item }) => {
        const task = existing(item.id);
        changeTask(account, act, task, item);
        return { id: task.id, updated_at: task.updated_at, ...self(`${base}/tasks/${task.id}`) };
      }),
    );
    return hal(reply, { ...self(origin(request) + request.url), _embedded: { tasks } });
  });

  app.patch<{ Params: { id: string } }>(one, (request, reply) => {
    const task = existing(request.params.id);
    const draft = readOne(patchBody, request.body, (item) => taskComplaints(account, item));
    account.act(request.actor, (act) => changeTask(account, act, task, draft));
    const { id, updated_at } = task;
    return hal(reply, { id, updated_at, ...self(`${apiBase(request)}/tasks/${id}`) });
  });

  notAllowed(app, 'DELETE', '/tasks');
  notAllowed(app, 'DELETE', one);
}

function taskComplaints(account: Account, item: z.infer<typeof patchBody>): Complaint[] {
  const { entity_id: id, entity_type: type } = item;
  const complaints = userComplaints(account, item);
  if (id !== undefined && id !== null && (!type || !isThere(account, type, id)))
    complaints.push(notSupportedChoice('entity_id'));
  return complaints;
}

/** `filter[entity_id]` needs `filter[entity_type]`; the type of a task is filtered as `task_type` (Kommo, "Tasks"). */
function selectTasks(tasks: Task[], query: Query): Task[] {
  const ids = numbers(query.all('filter', 'id'));
  const users = numbers(query.all('filter', 'responsible_user_id'));
  const types = numbers(query.all('filter', 'task_type'));
  const entityType = query.one('filter', 'entity_type');
  const entities = numbers(query.all('filter', 'entity_id'));
  const done = query.number('filter', 'is_completed');
  const updated = query.range('filter', 'updated_at');
  if (entities.length > 0 && !entityType) {
    const errors = [{ code: 'FieldMissing', path: 'filter.entity_type', detail: 'This field is missing.' }];
    throw new Problem(400, 'Request validation failed', [{ request_id: '0', errors }]);
  }
  const rows = tasks.filter(
    (task) =>
      (ids.length === 0 || ids.includes(task.id)) &&
      (users.length === 0 || users.includes(task.responsible_user_id)) &&
      (types.length === 0 || types.includes(task.task_type_id)) &&
      (!entityType || task.entity_type === entityType) &&
      (entities.length === 0 || (task.entity_id !== null && entities.includes(task.entity_id))) &&
      (done === undefined || task.is_completed === (done === 1)) &&
      (!updated || (task.updated_at >= updated.from && task.updated_at <= updated.to)),
  );
  return ordered(rows, query);
}
