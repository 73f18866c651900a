import { BadWebhook, type Hint, readJson } from '@tributary/connector-kit';
import { z } from 'zod';
import { attributesIn, isHeard } from './activities.ts';
import { extrasIn } from './extras.ts';

/** Empty where nothing is known (recorded). */
const maybe = z.string().max(1_000).nullish().catch(null);
/** Of 24 digits, or a small number (recorded); whether that is always a text is not. */
const id = z
  .union([z.string().max(60), z.int().transform(String)])
  .nullish()
  .catch(null);
/** Who it is about: in `contact` where the body has one, else at the top. */
const contact = z.object({ contact_id: id, email: maybe, external_id: maybe });
const moment = z.iso.datetime({ offset: true });

const activityHook = z.object({
  activity: z.object({
    id: z.string().min(1).max(60),
    field_id: z.string().min(1).max(255),
    created: moment,
    // Of the values only single ones are looked at, so that none can be too deep.
    attr: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** A journey's, or a playbook's, which calls its shapes actions. */
const stepHook = z.object({
  ...{ shape_id: id, shape_title: maybe, action_id: id, action_name: maybe },
  ...{ campaign_name: maybe, webhook_id: id, webhook_name: maybe, run_id: id },
  time: moment,
});

/**
 * What a webhook of Ortto tells: that somebody did something, or that a journey over there came to its webhook. A call
 * is one of either (recorded deliveries of 2023 and 2025). Journeys may send the activity that started them along; it is
 * not told again. Throws `BadWebhook`.
 */
export function parseWebhook(body: string, _contentType: string): Hint[] {
  const read = readJson(body);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new BadWebhook('This is no webhook of Ortto: its body is a JSON object.');
  }
  const step = stepHook.safeParse(read);
  if (step.success && (step.data.shape_id || step.data.action_id)) return [stepHint(step.data, read)];
  const told = activityHook.safeParse(read);
  if (!told.success) {
    throw new BadWebhook('Neither an activity with its id and moment nor a step of a journey is in the body.');
  }
  const { id: activityId, field_id, created, attr } = told.data.activity;
  // The one that the app sends to try the address (act::test_webhook) among the others.
  if (!isHeard(field_id)) return [];
  return [
    {
      kind: 'activity',
      id: activityId,
      said: { ...who(read), activity: field_id, at: created, attributes: JSON.stringify(attributesIn(attr ?? {})) },
    },
  ];
}

function stepHint(step: z.infer<typeof stepHook>, body: object): Hint {
  const shapeId = step.shape_id || step.action_id || '';
  // A run passes a shape once. Where none is told, the moment has to do: once too often is better than never again.
  const once = [step.webhook_id ?? '', step.run_id || step.time, shapeId].join('/');
  const said = {
    campaign: step.campaign_name ?? '',
    shape: step.shape_title || step.action_name || shapeId,
    webhook: step.webhook_name ?? '',
  };
  return {
    kind: 'step',
    id: once,
    said: { ...who(body), at: step.time, ...said, extras: JSON.stringify(extrasIn(body)) },
  };
}

/** Who it is about. Throws `BadWebhook` where it is nobody. */
function who(body: object): Hint['said'] {
  const { contact_id, email, external_id } = contact.parse({
    ...body,
    ...('contact' in body && typeof body.contact === 'object' ? body.contact : {}),
  });
  if (!contact_id && !email && !external_id) throw new BadWebhook('It names nobody: contact_id and email are missing.');
  return {
    ...(contact_id ? { contactId: contact_id.toLowerCase() } : {}),
    ...(email ? { email } : {}),
    ...(external_id ? { externalId: external_id } : {}),
  };
}
