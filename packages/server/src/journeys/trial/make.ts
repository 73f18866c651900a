import type { Fields, MessageContent, Template } from '@tributary/model';
import { type DisplayTypes, previewTemplate, renderText, type Subject } from '../../messages/index.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Delivery, Scene } from './scene.ts';

/** Makes messages as they would be made, of what the person is like at that moment; whether they may go, the rules say. */
export function making(o: {
  templates: ReadonlyMap<string, Template>;
  types: DisplayTypes;
  entry: Fields;
  entryActivity: string | undefined;
}): Scene['make'] {
  const subject = (fields: Fields, now: Date): Subject => ({
    ...{ person: { fields }, now },
    entry: o.entry,
    entryActivityId: o.entryActivity,
  });

  const email = (name: string, fields: Fields, now: Date): Delivery => {
    const of: Delivery = { channel: 'email', template: name, to: addressOf(fields) };
    const template = o.templates.get(name);
    if (!template) return { ...of, not_sent: `there is no template "${name}"` };
    const preview = previewTemplate(template, subject(fields, now), o.types);
    if ('broken' in preview) return { ...of, not_sent: `the template can not be rendered: ${preview.broken}` };
    const { fromName, fromEmail, ...seen } = preview;
    const from = [fromName, fromEmail && `<${fromEmail}>`].filter(Boolean).join(' ');
    return { ...of, ...seen, ...(from === '' ? {} : { from }) };
  };

  const other = (content: Exclude<MessageContent, { channel: 'email' }>, fields: Fields, now: Date): Delivery => {
    const { channel, ...rest } = content;
    try {
      const {
        to,
        subject: about,
        text,
        ...more
      } = rendered(rest, subject(fields, now), o.types) as Record<string, unknown>;
      return {
        channel,
        ...(to === undefined ? {} : { to: [to].flat().join(', ') }),
        ...(about === undefined ? {} : { subject: String(about) }),
        ...(text === undefined ? {} : { text: String(text) }),
        ...(Object.keys(more).length > 0 ? { content: more } : {}),
      };
    } catch (error) {
      return { channel, not_sent: `it can not be rendered: ${messageOf(error)}` };
    }
  };

  return (content, fields, now) =>
    content.channel === 'email' ? email(content.template, fields, now) : other(content, fields, now);
}

const addressOf = ({ 'str::email': email }: Fields): string | undefined =>
  typeof email === 'string' ? email : undefined;

/** Every text in it, rendered. */
function rendered(value: unknown, subject: Subject, types: DisplayTypes): unknown {
  if (typeof value === 'string') return renderText(value, subject, types);
  if (Array.isArray(value)) return value.map((one) => rendered(one, subject, types));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rendered(inner, subject, types)]));
}
