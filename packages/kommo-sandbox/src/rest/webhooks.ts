import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Account, seconds } from '../state/account.ts';
import type { Complaint } from '../state/field-values.ts';
import { notSupportedChoice } from '../state/field-values.ts';
import type { Webhook } from '../state/model.ts';
import { mostWebhooks, settingNames } from '../webhooks/settings.ts';
import { hal, nothing, origin, Problem, self } from './answers.ts';
import { int, readOne } from './check.ts';
import { parseQuery } from './query.ts';

const webhookBody = z.object({
  destination: z.url({ protocol: /^https?$/ }),
  settings: z.array(z.string()).min(1),
  sort: int.optional(),
});
const deleteBody = z.object({ destination: z.string() });

/**
 * Subscriptions, one for each destination (Kommo, "Webhooks"). Here, posting a
 * destination again replaces its settings and leaves `disabled` as it is:
 * neither is documented, so this is what a client can least rely on.
 */
export function webhookRoutes(app: FastifyInstance, account: Account): void {
  app.get('/webhooks', (request, reply) => {
    const wanted = parseQuery(request.url).one('filter', 'destination');
    const rows = account.webhooks.filter((one) => wanted === undefined || one.destination === wanted);
    if (rows.length === 0) return nothing(reply);
    const webhooks = rows.map((one) => webhookView(account, one));
    return hal(reply, {
      _total_items: webhooks.length,
      ...self(origin(request) + request.url),
      _embedded: { webhooks },
    });
  });

  app.post('/webhooks', (request, reply) => {
    const body = readOne(webhookBody, request.body, (item) => unknownNames(account, item.settings));
    const at = seconds(account.now());
    const existing = account.webhooks.find((one) => one.destination === body.destination);
    if (existing) {
      Object.assign(existing, { settings: body.settings, sort: body.sort ?? existing.sort, updated_at: at });
      return hal(reply, webhookView(account, existing));
    }
    if (account.webhooks.length >= mostWebhooks)
      throw new Problem(400, `An account has at most ${mostWebhooks} webhooks.`);
    const webhook: Webhook = {
      id: account.nextId('webhook'),
      destination: body.destination,
      settings: body.settings,
      sort: body.sort ?? account.webhooks.length + 1,
      disabled: false,
      created_by: request.actor,
      created_at: at,
      updated_at: at,
      invalid: [],
    };
    account.webhooks.push(webhook);
    return hal(reply, webhookView(account, webhook));
  });

  app.delete('/webhooks', (request, reply) => {
    const { destination } = readOne(deleteBody, request.body);
    const at = account.webhooks.findIndex((one) => one.destination === destination);
    const [gone] = at < 0 ? [] : account.webhooks.splice(at, 1);
    if (!gone) throw new Problem(404, 'Webhook not found');
    // What is still queued for it, and its retries, must not go out either.
    gone.disabled = true;
    return nothing(reply);
  });
}

function unknownNames(account: Account, settings: readonly string[]): Complaint[] {
  return settings.flatMap((name, i) =>
    settingNames.includes(name) && !account.refusedSettings.includes(name) ? [] : [notSupportedChoice(`settings.${i}`)],
  );
}

function webhookView(account: Account, { invalid: _, ...webhook }: Webhook): Record<string, unknown> {
  return { ...webhook, account_id: account.id };
}
