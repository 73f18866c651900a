import {
  type Fields,
  type MessageContent,
  NO_ID,
  type NoticeContent,
  publicId,
  type SendingRules,
  type Template,
} from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { People, Person } from '../people/index.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { WebRequest } from './channels/web.ts';
import { compileEmail, previewEmail } from './render/email.ts';
import { compileNotice, renderNotice } from './render/notice.ts';
import type { Subject } from './render/scope.ts';
import { renderText } from './render/text.ts';
import { compileWebhook, journeyPayload, renderWebhook } from './render/webhook.ts';
import { findTemplate } from './store/template.sql.ts';
import type { DisplayTypes } from './types.ts';
import { noTemplate } from './why-not-made.ts';

export interface PreviewAsked {
  content: MessageContent;
  person: Pick<Person, 'id' | 'fields'>;
  /** The activity that would start it, and its attributes. */
  entryActivityId?: string | undefined;
  entry: Fields;
  /** As those of a request: a webhook's body tells of them. */
  attributes?: Fields | undefined;
}

/** What a person would be sent, or why it can not be made. Links are as they stand in the template: not tracked. */
export type Preview =
  | {
      channel: 'email';
      from: { name: string; address: string };
      replyTo: string | undefined;
      to: string | undefined;
      subject: string;
      html: string;
      text: string;
    }
  | { channel: 'webhook'; request: WebRequest }
  | { channel: 'notice'; to: readonly string[]; subject: string; text: string }
  | { channel: 'sms' | 'push' | 'inapp' | 'slack'; title: string | undefined; text: string }
  | { channel: MessageContent['channel']; error: string };

export interface PreviewOptions {
  people: People;
  displayTypes: (db: Queryable, workspaceId: number) => Promise<DisplayTypes>;
  from: { name: string; email: string };
  publicUrl: () => string;
  now: () => Date;
}

export async function preview(
  o: PreviewOptions,
  db: Queryable,
  workspaceId: number,
  asked: PreviewAsked,
): Promise<Preview> {
  const { content, person, entry, entryActivityId } = asked;
  const types = await o.displayTypes(db, workspaceId);
  const subject = { person, entry, entryActivityId, now: o.now() };
  const { channel } = content;
  try {
    switch (channel) {
      case 'email':
        return await email(o, db, workspaceId, content.template, { subject, types });
      case 'webhook': {
        const of = { personId: person.id, attributes: asked.attributes, subject, types, now: o.now() };
        return { channel, request: previewWebhook(content, of) };
      }
      case 'notice':
        return { channel, to: content.to, ...previewNotice(content, { subject, types }) };
      default: {
        const title = 'title' in content ? content.title : undefined;
        const text = renderText(content.text, subject, types);
        return { channel, title: title === undefined ? undefined : renderText(title, subject, types), text };
      }
    }
  } catch (error) {
    return { channel, error: messageOf(error) };
  }
}

interface For {
  subject: Subject;
  types: DisplayTypes;
}

async function email(
  o: PreviewOptions,
  db: Queryable,
  workspaceId: number,
  name: string,
  { subject, types }: For,
): Promise<Preview> {
  const template = await findTemplate(db, workspaceId, name);
  if (!template) return { channel: 'email', error: noTemplate(name) };
  const compiled = compileEmail(template);
  const { unsubscribeUrl: _, fromName = o.from.name, ...parts } = previewEmail(compiled, subject, types, o.publicUrl());
  const to = subject.person.fields['str::email'];
  return {
    channel: 'email',
    from: { name: fromName, address: compiled.fromEmail ?? o.from.email },
    replyTo: compiled.replyTo,
    to: typeof to === 'string' ? to : undefined,
    ...parts,
  };
}

/** An e-mail as one person would see it, or why it can not be made. */
export type EmailPreview =
  | {
      subject: string;
      html: string;
      text: string;
      fromName: string | undefined;
      fromEmail: string | undefined;
    }
  | { broken: string };

/** The same of a template that may not be stored. Its links lead where they lead. */
export function previewTemplate(
  template: Template,
  { subject, types }: For,
  { publicUrl }: { publicUrl: string },
): EmailPreview {
  try {
    const compiled = compileEmail(template);
    const { unsubscribeUrl: _, ...parts } = previewEmail(compiled, subject, types, publicUrl);
    return { ...parts, fromEmail: compiled.fromEmail };
  } catch (error) {
    return { broken: messageOf(error) };
  }
}

/** The request of a webhook, without what signs it, and without the password. Throws where it can not be made. */
export function previewWebhook(
  content: MessageContent & { channel: 'webhook' },
  {
    personId,
    attributes = {},
    subject,
    types,
    now,
  }: For & { personId: string; attributes?: Fields | undefined; now: Date },
): WebRequest {
  const compiled = compileWebhook(content);
  const told = { personId: publicId(personId), person: subject.person.fields, attributes };
  const made = renderWebhook(compiled, subject, types, () =>
    journeyPayload(compiled, { id: NO_ID, time: now, webhookId: NO_ID, ...told }),
  );
  return content.basicAuth ? { ...made, headers: { ...made.headers, Authorization: 'Basic …' } } : made;
}

/** A note to the team. Throws where it can not be rendered. */
export function previewNotice(content: NoticeContent, { subject, types }: For): { subject: string; text: string } {
  return renderNotice(compileNotice(content), subject, types);
}

/** What is wrong with a message that is to be sent one day, and where. */
export async function problemsWith(
  o: { people: People; audiences: Pick<Audiences, 'missing'> },
  db: Queryable,
  workspaceId: number,
  { content, rules }: { content: MessageContent; rules?: SendingRules | undefined },
): Promise<{ at: string; problem: string }[]> {
  const problems: { at: string; problem: string }[] = [];
  if (content.channel === 'email' && !(await findTemplate(db, workspaceId, content.template)))
    problems.push({ at: 'content.template', problem: noTemplate(content.template) });
  try {
    if (content.channel === 'webhook') compileWebhook(content);
    else if (content.channel === 'notice') compileNotice(content);
    else if (content.channel !== 'email') renderText(content.text, { person: { fields: {} }, entry: {} });
  } catch (error) {
    problems.push({ at: 'content', problem: messageOf(error) });
  }
  if (content.channel === 'webhook' && content.fields) {
    const { fields } = await o.people.schema(db, workspaceId);
    for (const [key, id] of Object.entries(content.fields))
      if (!fields.has(id)) problems.push({ at: `content.fields.${key}`, problem: `there is no field ${id}` });
  }
  if (rules?.topic !== undefined && (await o.audiences.missing(db, workspaceId, [rules.topic])).length > 0)
    problems.push({ at: 'rules.topic', problem: `there is no audience "${rules.topic}"` });
  return problems;
}
