import { customFieldId, type Fields, kebab } from '@tributary/model';

/** What Ortto itself says of a step and of whom it is about (recorded), beside what somebody chose to send. */
const own: ReadonlySet<string> = new Set([
  ...['campaign_id', 'campaign_name', 'contact_id', 'account_id', 'email', 'external_id', 'id', 'run_id', 'time'],
  ...['shape_id', 'shape_title', 'action_id', 'action_name', 'webhook_id', 'webhook_name', 'activity', 'contact'],
]);
/** Ortto sends up to ten fields (Ortto help, a-251). */
const most = 10;
const longest = 255;

/**
 * The fields that somebody chose to send with a journey's webhook, under the names they gave them, as texts: `lead_id`
 * is `str:cm:lead-id`. They stand at the top, or in `contact` where the body has one.
 */
export function extrasIn(body: object): Fields {
  const contact = 'contact' in body && typeof body.contact === 'object' ? body.contact : undefined;
  const given = Object.entries({ ...body, ...contact }).flatMap(([name, value]): [string, string][] => {
    const said = own.has(name) || kebab(name) === '' ? undefined : textOf(value);
    return said === undefined ? [] : [[customFieldId(name.slice(0, 100), 'text'), said]];
  });
  return Object.fromEntries(given.slice(0, most));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? [...value].slice(0, longest).join('') : undefined;
}
