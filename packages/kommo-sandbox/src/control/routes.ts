import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Control } from './control.ts';

const id = z.int();
const plainFields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]));
const contact = z.strictObject({
  name: z.string().exactOptional(),
  first_name: z.string().exactOptional(),
  last_name: z.string().exactOptional(),
  email: z.string().exactOptional(),
  phone: z.string().exactOptional(),
  customFields: plainFields.exactOptional(),
});
const leadChange = {
  price: z.int().exactOptional(),
  responsibleUserId: id.exactOptional(),
  tags: z.array(z.string()).exactOptional(),
  customFields: plainFields.exactOptional(),
};
const newLead = z.strictObject({
  ...leadChange,
  name: z.string(),
  contact: contact.exactOptional(),
  pipelineId: id.exactOptional(),
  statusId: id.exactOptional(),
});
const move = z.strictObject({ id, statusId: id, pipelineId: id.exactOptional() });
const count = z.int().min(0).exactOptional();
const faults = z.strictObject({
  status: count,
  failNext: count,
  statusOnly: z.string().exactOptional(),
  failHolding: z.string().exactOptional(),
  loseNext: count,
  loseOnly: z.string().exactOptional(),
  delayMs: count,
  offline: z.boolean().exactOptional(),
  dropNext: count,
  repeatEach: count,
  shuffle: z.boolean().exactOptional(),
});
const integration = z.strictObject({
  client_id: z.string(),
  client_secret: z.string(),
  redirect_uri: z.string(),
  name: z.string(),
});

/**
 * The sandbox's switches over HTTP, for tests and benches that run it as its
 * own process: `POST /sandbox/move-lead {"id":…,"statusId":…}` is
 * `control.moveLead(…)`, and so on. Answers what the call returns; a mistake
 * is a 400 with `{"error": "…"}`.
 */
export function controlRoutes(app: FastifyInstance, control: Control): void {
  function post<T>(path: string, schema: z.ZodType<T>, work: (input: T) => unknown): void {
    app.post(path, async (request) => (await work(schema.parse(request.body ?? {}))) ?? { done: true });
  }
  const none = z.looseObject({});

  post('/add-lead', newLead, (lead) => control.addLead(lead));
  post('/add-contact', contact, (person) => control.addContact(person));
  post('/move-lead', move, (to) => control.moveLead(to.id, to.statusId, to.pipelineId));
  post('/move-leads', z.strictObject({ moves: z.array(move) }), ({ moves }) => control.moveLeads(moves));
  post('/update-lead', z.strictObject({ ...leadChange, id, name: z.string().exactOptional() }), ({ id, ...change }) =>
    control.updateLead(id, change),
  );
  post('/delete-lead', z.strictObject({ id }), (lead) => control.deleteLead(lead.id));
  post('/restore-lead', z.strictObject({ id }), (lead) => control.restoreLead(lead.id));
  post('/update-contact', contact.extend({ id, responsibleUserId: id.exactOptional() }), ({ id, ...change }) =>
    control.updateContact(id, change),
  );
  post('/delete-contact', z.strictObject({ id }), (one) => control.deleteContact(one.id));
  post('/restore-contact', z.strictObject({ id }), (one) => control.restoreContact(one.id));
  post('/set-main-contact', z.strictObject({ leadId: id, contactId: id }), (one) =>
    control.setMainContact(one.leadId, one.contactId),
  );
  post('/add-note', z.strictObject({ leadId: id, text: z.string() }), (note) =>
    control.addNote(note.leadId, note.text),
  );
  post('/complete-task', z.strictObject({ id, result: z.string().optional() }), (task) =>
    control.completeTask(task.id, task.result),
  );
  post('/deactivate-user', z.strictObject({ id }), (user) => control.deactivateUser(user.id));
  post('/faults', faults, (switches) => {
    control.faults.set(switches);
    return control.faults.get();
  });
  post('/faults/clear', none, () => control.faults.clear());
  post('/hold', none, () => control.hold());
  post('/release', none, () => control.release());
  post('/settled', none, () => control.settled());
  post('/clear-logs', none, () => control.clearLogs());
  post('/enable-webhook', z.strictObject({ destination: z.string() }), (one) => control.enableWebhook(one.destination));
  post('/unblock', none, () => control.unblock());
  post('/register-integration', integration, (one) => control.registerIntegration(one));
  post('/issue-code', z.strictObject({ clientId: z.string().optional() }), ({ clientId }) => ({
    code: control.issueCode(clientId),
  }));

  app.get('/state', async () => ({
    stages: control.stages(),
    users: control.users(),
    leads: control.leads(),
    contacts: control.contacts(),
    notes: control.notes(),
    tasks: control.tasks(),
    webhooks: control.webhooks(),
    retriesToCome: control.retriesToCome(),
    faults: control.faults.get(),
  }));
  app.get<{ Params: { id: string } }>('/leads/:id', async (request, reply) => {
    const lead = control.lead(Number(request.params.id));
    if (!lead) return reply.code(404).send({ error: `There is no lead ${request.params.id}.` });
    return { ...lead, notes: control.notes(lead.id), tasks: control.tasks(lead.id) };
  });
  app.get('/events', async () => control.events());
  app.get('/deliveries', async () => control.webhookDeliveries());
  app.get('/requests', async () => control.requests());

  app.setErrorHandler((error, _request, reply) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : '';
    return reply.code(400).send({ error: message });
  });
}
