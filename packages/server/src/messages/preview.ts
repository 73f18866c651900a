import type { Template } from '@tributary/model';
import { messageOf } from '../platform/errors.ts';
import { compileEmail, oneLine } from './render/email.ts';
import { render } from './render/liquid.ts';
import { plainText } from './render/plain-text.ts';
import { type Subject, scopeOf } from './render/scope.ts';
import type { DisplayTypes } from './types.ts';

/** An e-mail as one person would see it. Links lead where they lead: nothing is tracked, and nobody is unsubscribed. */
export interface EmailPreview {
  subject: string;
  html: string;
  text: string;
  fromName: string | undefined;
  fromEmail: string | undefined;
  replyTo: string | undefined;
}

/** Where "unsubscribe" leads in a mail that is only looked at. */
const UNSUBSCRIBE = '#unsubscribe';

/** Renders a template for a person and stores nothing; `broken` says why it can not be rendered. */
export function previewEmail(
  template: Template,
  subject: Subject,
  types: DisplayTypes,
): EmailPreview | { broken: string } {
  try {
    const email = compileEmail(template);
    const scope = scopeOf(subject, types, { unsubscribe_url: UNSUBSCRIBE });
    const html = render(email.html, 'html', scope);
    return {
      subject: oneLine(render(email.subject, 'text', scope)),
      html,
      text: email.text ? render(email.text, 'text', scope) : plainText(html),
      ...{ fromName: email.fromName, fromEmail: email.fromEmail, replyTo: email.replyTo },
    };
  } catch (error) {
    return { broken: messageOf(error) };
  }
}
