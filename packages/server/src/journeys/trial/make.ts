import type { Fields, MessageContent, Template } from '@tributary/model';
import {
  type DisplayTypes,
  noTemplate,
  previewNotice,
  previewTemplate,
  previewWebhook,
  renderText,
  type Subject,
  whyNotMade,
} from '../../messages/index.ts';
import type { Delivery, Scene } from './scene.ts';

/** Makes messages as they would be made, of what the person is like at that moment; whether they may go, the rules say. */
export function making(o: {
  templates: ReadonlyMap<string, Template>;
  types: DisplayTypes;
  personId: string;
  entry: Fields;
  entryActivity: string | undefined;
  publicUrl: string;
}): Scene['make'] {
  const subject = (fields: Fields, now: Date): Subject => ({
    ...{ person: { fields }, now },
    entry: o.entry,
    entryActivityId: o.entryActivity,
  });

  const email = (name: string, fields: Fields, now: Date): Delivery => {
    const of: Delivery = { channel: 'email', template: name, to: addressOf(fields) };
    const template = o.templates.get(name);
    if (!template) return { ...of, not_sent: noTemplate(name) };
    const preview = previewTemplate(template, { subject: subject(fields, now), types: o.types }, o);
    if ('broken' in preview) return { ...of, not_sent: whyNotMade('email', preview.broken) };
    const { fromName, fromEmail, ...seen } = preview;
    const from = [fromName, fromEmail && `<${fromEmail}>`].filter(Boolean).join(' ');
    return { ...of, ...seen, ...(from === '' ? {} : { from }) };
  };

  const other = (content: Exclude<MessageContent, { channel: 'email' }>, of: Subject, about: Fields): Delivery => {
    const { channel } = content;
    try {
      if (content.channel === 'webhook') {
        const made = { personId: o.personId, attributes: about, subject: of, types: o.types, now: of.now! };
        const { url, method, headers, body } = previewWebhook(content, made);
        const told = { ...{ url, method }, ...(Object.keys(headers).length > 0 && { headers }), ...(body && { body }) };
        return { channel, content: told };
      }
      if (content.channel === 'notice')
        return { channel, to: content.to.join(', '), ...previewNotice(content, { subject: of, types: o.types }) };
      const title = 'title' in content ? content.title : undefined;
      const text = renderText(content.text, of, o.types);
      return { channel, text, ...(title && { content: { title: renderText(title, of, o.types) } }) };
    } catch (error) {
      return { channel, not_sent: whyNotMade(channel, error) };
    }
  };

  return (content, { fields, now, about }) =>
    content.channel === 'email' ? email(content.template, fields, now) : other(content, subject(fields, now), about);
}

const addressOf = ({ 'str::email': email }: Fields): string | undefined =>
  typeof email === 'string' ? email : undefined;
