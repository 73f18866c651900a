import type { Fields, Value, WebhookContent } from '@tributary/model';
import type { WebRequest } from '../channels/web.ts';
import type { DisplayTypes } from '../types.ts';
import { oneLine } from './email.ts';
import { type Compiled, compile, type Kind, render } from './liquid.ts';
import { type Subject, scopeOf } from './scope.ts';

/** Some servers take no longer ones. */
const URL_MAX = 8000;

/** A webhook, compiled. */
export interface CompiledWebhook {
  content: WebhookContent;
  url: Compiled;
  headers: readonly (readonly [name: string, value: Compiled])[];
  body: { kind: Kind; compiled: Compiled } | undefined;
}

/** Throws a `UserError` that names the part and the line at fault. */
export function compileWebhook(content: WebhookContent): CompiledWebhook {
  const { url, headers = {}, body } = content;
  const kind = bodyKind(content);
  return {
    content,
    url: compile(url, 'url', 'url'),
    headers: Object.entries(headers).map(([name, value]) => [name, compile(value, 'text', `header ${name}`)] as const),
    body: body === undefined ? undefined : { kind, compiled: compile(body, kind, 'body') },
  };
}

/** How what a body puts out is escaped: by its Content-Type, or, without one, by how it begins. */
export function bodyKind({ headers = {}, body = '' }: WebhookContent): Kind {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (type === undefined) return /^\s*[{[]/.test(body) && !/^\s*\{[{%]/.test(body) ? 'json' : 'text';
  if (/\bjson\b/i.test(type)) return 'json';
  if (/\bx-www-form-urlencoded\b/i.test(type)) return 'url';
  return /\b(xml|html)\b/i.test(type) ? 'html' : 'text';
}

/** What people call it: its name, or the host it goes to. */
export function webhookName({ name, url }: Pick<WebhookContent, 'name' | 'url'>): string {
  return name ?? /^https?:\/\/([^/?#]+)/i.exec(url)?.[1] ?? url;
}

/** The request for one person. Throws an `Error` whose message its author understands. */
export function renderWebhook(
  webhook: CompiledWebhook,
  subject: Subject,
  types: DisplayTypes,
  payload: () => object,
): WebRequest {
  const { content } = webhook;
  const scope = scopeOf(subject, types);
  const headers: Record<string, string> = {};
  for (const [name, value] of webhook.headers) headers[name] = oneLine(render(value, 'text', scope));
  if (content.basicAuth) {
    const { user, password } = content.basicAuth;
    headers.Authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }
  const { body, type } = bodyOf(webhook, scope, payload);
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (type !== undefined && !hasType) headers['Content-Type'] = type;
  return { method: content.method, url: urlOf(webhook, scope), headers, body };
}

function urlOf({ content, url }: CompiledWebhook, scope: object): string {
  const rendered = render(url, 'url', scope).trim();
  if (rendered.length > URL_MAX) throw new Error(`the address is longer than ${URL_MAX} characters`);
  if (!URL.canParse(rendered)) throw new Error(`"${rendered.slice(0, 200)}" is not an address`);
  const { origin, href } = new URL(rendered);
  const [literal] = /^https?:\/\/[^/?#]+/i.exec(content.url) ?? [''];
  // Its beginning stands as it is, so this can not be; whoever is told must never hang on it.
  if (!URL.canParse(literal) || new URL(literal).origin !== origin)
    throw new Error('the address leads to another host');
  return href;
}

function bodyOf(
  { content, body }: CompiledWebhook,
  scope: object,
  payload: () => object,
): { body: string | undefined; type?: string } {
  if (body) {
    const text = render(body.compiled, body.kind, scope);
    if (body.kind !== 'json') return { body: text, type: 'text/plain; charset=utf-8' };
    try {
      JSON.parse(text);
    } catch (error) {
      throw new Error(
        `the body is not JSON: ${(error as Error).message}. Values without quotes around them are written with "| json"`,
      );
    }
    return { body: text, type: 'application/json' };
  }
  if (content.method === 'GET' || content.method === 'DELETE') return { body: undefined };
  return { body: JSON.stringify(payload()), type: 'application/json' };
}

/** What is told of one delivery in the body that Ortto's journeys send. */
export interface Delivery {
  id: string;
  /** When it was asked for: the same on every try. */
  time: Date;
  personId: string;
  person: Fields;
  /** What every activity about the message carries. */
  attributes: Fields;
  webhookId: string;
}

/**
 * The body that Ortto's journeys send, flat, in the order of its keys (a user's recording of November 2025). Fields that
 * were asked for stand beside, under the names they were given.
 */
export function journeyPayload({ content }: CompiledWebhook, of: Delivery): object {
  const { attributes, person } = of;
  const extra = Object.entries(content.fields ?? {}).map(([key, id]): [string, Value] => [key, person[id] ?? null]);
  return {
    campaign_id: attributes['idt::c'],
    campaign_name: attributes['str::cn'],
    contact_id: of.personId,
    email: person['str::email'],
    id: of.id,
    run_id: attributes['idt::jri'],
    shape_id: attributes['str::jsi'],
    shape_title: attributes['str::jst'] ?? attributes['str::jsi'],
    time: of.time.toISOString(),
    webhook_id: of.webhookId,
    webhook_name: webhookName(content),
    ...Object.fromEntries(extra),
  };
}
