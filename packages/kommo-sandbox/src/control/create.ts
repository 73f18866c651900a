import type { Faults } from '../faults.ts';
import type { LoggedRequest } from '../rest/guard.ts';
import type { Rate } from '../rest/rate.ts';
import type { Account } from '../state/account.ts';
import type { Tokens } from '../state/tokens.ts';
import type { Deliverer } from '../webhooks/deliver.ts';
import type { Control, Stage } from './control.ts';
import { createDeeds } from './deeds.ts';
import { contactOf, eventOf, leadOf, noteOf, taskOf } from './views.ts';

export function createControl(o: {
  account: Account;
  faults: Faults;
  deliverer: Deliverer;
  requests: LoggedRequest[];
  rate: Rate;
  tokens: Tokens;
}): Control {
  const { account, deliverer, requests } = o;
  const stages = (): Stage[] =>
    account.pipelines.flatMap((pipeline) =>
      pipeline.statuses.map((status) => ({
        ...{ pipelineId: pipeline.id, pipeline: pipeline.name },
        ...{ statusId: status.id, status: status.name },
      })),
    );

  return {
    ...createDeeds(account),
    leads: () => [...account.leads.values()].filter((one) => !one.is_deleted).map((lead) => leadOf(account, lead)),
    lead(id) {
      const lead = account.leads.get(id);
      return lead && leadOf(account, lead);
    },
    contacts: () => [...account.contacts.values()].map((contact) => contactOf(account, contact)),
    notes: (leadId) =>
      [...account.notes.values()]
        .filter((note) => leadId === undefined || (note.owner === 'leads' && note.entity_id === leadId))
        .map((note) => noteOf(account, note)),
    tasks: (leadId) =>
      [...account.tasks.values()]
        .filter((task) => leadId === undefined || (task.entity_type === 'leads' && task.entity_id === leadId))
        .map((task) => taskOf(account, task)),
    events: (leadId) =>
      account.events
        .filter((event) => leadId === undefined || (event.entity_type === 'lead' && event.entity_id === leadId))
        .map((event) => eventOf(account, event)),
    stages,
    stage(name, pipeline = account.pipelines[0]?.name) {
      const found = stages().find((one) => one.status === name && one.pipeline === pipeline);
      if (!found) throw new Error(`There is no stage "${name}" in "${pipeline}".`);
      return found;
    },
    users: () => account.users.map(({ id, name, email }) => ({ id, name, email })),
    webhooks: () =>
      account.webhooks.map(({ destination, settings, disabled }) => ({ destination, settings, disabled })),

    webhookDeliveries: () => [...deliverer.log],
    requests: () => [...requests],
    clearLogs() {
      deliverer.log.length = 0;
      requests.length = 0;
    },
    faults: o.faults,
    hold: deliverer.hold,
    release: deliverer.release,
    settled: deliverer.settled,
    retriesToCome: deliverer.retriesToCome,
    disableWebhooks() {
      for (const webhook of account.webhooks) webhook.disabled = true;
    },
    enableWebhook(destination) {
      const webhook = account.webhooks.find((one) => one.destination === destination);
      if (!webhook) throw new Error(`Nobody subscribed ${destination}.`);
      Object.assign(webhook, { disabled: false, invalid: [] });
    },
    unblock: o.rate.unblock,
    registerIntegration(integration) {
      const at = account.integrations.findIndex((one) => one.client_id === integration.client_id);
      if (at < 0) account.integrations.push(integration);
      else account.integrations[at] = integration;
    },
    issueCode(clientId = account.integrations[0]?.client_id) {
      const integration = account.integrations.find((one) => one.client_id === clientId);
      if (!integration) throw new Error(`There is no integration ${clientId}.`);
      return o.tokens.issueCode(integration.client_id);
    },
  };
}
