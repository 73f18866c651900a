import type { Hint, Memory, Reading } from '@tributary/connector-kit';
import type { Fields, IntakeItem } from '@tributary/model';
import { STEP_REACHED, stepAttributes } from '../provides.ts';
import type { Api } from '../rest/api.ts';
import { permissions } from '../webhook/activities.ts';
import { type Contact, readContacts } from './contacts.ts';
import { newSteps } from './steps.ts';

const SOURCE = 'Ortto';

/**
 * What the hints tell, as people and what they did: one request for a hundred of them. Who is not known here is made, by
 * what Ortto knows of them; of who is, only what is empty is filled in. What somebody allows is as Ortto says now, so a
 * late hook does not undo a later one.
 */
export async function readHints(api: Api, hints: readonly Hint[], memory: Memory): Promise<Reading> {
  const { steps, remember } = await newSteps(hints, memory);
  const fresh = hints.filter((hint) => hint.kind === 'activity' || steps.has(hint));
  const contacts = await readContacts(api, fresh);
  return { items: fresh.flatMap((hint) => itemsOf(hint, contacts.get(hint.said.contactId ?? ''))), remember };
}

function itemsOf(hint: Hint, contact: Contact | undefined): IntakeItem[] {
  const email = contact?.email ?? hint.said.email;
  const externalId = contact?.externalId ?? hint.said.externalId;
  const key: Fields = email ? { 'str::email': email } : { 'str::ei': externalId ?? null };
  const who = { by: Object.keys(key) };
  const fields: Fields = {
    ...key,
    ...(externalId ? { 'str::ei': externalId } : {}),
    ...(contact?.first ? { 'str::first': contact.first } : {}),
    ...(contact?.last ? { 'str::last': contact.last } : {}),
    ...contact?.permissions,
  };
  const known: IntakeItem = { who, fields, strategy: 1, lenient: true, source: SOURCE };
  const permission = permissions[hint.said.activity ?? ''];
  if (!permission) return [{ ...known, activity: hint.kind === 'step' ? stepOf(hint) : activityOf(hint) }];
  // A change of it is an activity by itself, and none where nothing changes, such as what we have written there.
  const now = contact ? contact.permissions[permission.field] : permission.given;
  // Who is not there any more has not agreed to anything.
  if (now && !contact) return [];
  return [known, { who, fields: { ...key, [permission.field]: now }, strategy: 2, source: SOURCE }];
}

function activityOf({ id, said }: Hint): IntakeItem['activity'] & object {
  const attributes = JSON.parse(said.attributes ?? '{}') as Fields;
  return { id: said.activity!, at: new Date(said.at!), key: id, attributes };
}

function stepOf({ id, said }: Hint): IntakeItem['activity'] & object {
  const { campaign, shape, webhook } = stepAttributes;
  const told = Object.entries({ [campaign.id]: said.campaign, [shape.id]: said.shape, [webhook.id]: said.webhook });
  const attributes = {
    ...(JSON.parse(said.extras ?? '{}') as Fields),
    ...Object.fromEntries(told.flatMap(([attribute, value]) => (value ? [[attribute, value]] : []))),
  };
  return { id: STEP_REACHED, at: new Date(said.at!), key: id, attributes };
}
