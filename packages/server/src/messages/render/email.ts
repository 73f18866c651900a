import type { KeyObject } from 'node:crypto';
import type { Template } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import { signToken } from '../tracking/token.ts';
import type { DisplayTypes } from '../types.ts';
import { trackLinks, withPixel } from './links.ts';
import { type Compiled, compile, render } from './liquid.ts';
import { plainText } from './plain-text.ts';
import { noTypes, type Subject, scopeOf } from './scope.ts';

/** An e-mail template, compiled. */
export interface CompiledEmail {
  subject: Compiled;
  html: Compiled;
  text: Compiled | undefined;
  fromName: Compiled | undefined;
  fromEmail: string | undefined;
  replyTo: string | undefined;
}

/** What one person gets to see. */
export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
  /** Of the sender; undefined where the template has none, or none comes of it. */
  fromName: string | undefined;
  unsubscribeUrl: string;
}

/** Where the links of one message lead, and with what they are signed. */
export interface Tracking {
  publicUrl: string;
  secret: KeyObject;
  workspaceId: number;
  messageId: string;
}

/** Throws a `UserError` that names the part and the line at fault. */
export function compileEmail(template: Template): CompiledEmail {
  return {
    subject: compile(template.subject, 'text', 'subject'),
    html: compile(template.html, 'html', 'html'),
    text: template.text === undefined ? undefined : compile(template.text, 'text', 'text'),
    fromName: template.fromName === undefined ? undefined : compile(template.fromName, 'text', 'fromName'),
    fromEmail: template.fromEmail,
    replyTo: template.replyTo,
  };
}

const nobody: Subject = { person: { fields: {} }, entry: {} };

/** Compiles a template and tries it on nobody: a loop that never ends is found when it is saved, not when it is sent. */
export function checkEmail(template: Template): void {
  const compiled = compileEmail(template);
  const parts = [['subject', 'text'] as const, ['html', 'html'] as const, ['text', 'text'] as const];
  for (const [part, kind] of [...parts, ['fromName', 'text'] as const]) {
    const piece = compiled[part];
    if (!piece) continue;
    try {
      render(piece, kind, scopeOf(nobody, noTypes));
    } catch (error) {
      throw new UserError('template_invalid', `${part}, ${(error as Error).message}`);
    }
  }
}

export function renderEmail(
  email: CompiledEmail,
  subject: Subject,
  types: DisplayTypes,
  tracking: Tracking,
): RenderedEmail {
  const { publicUrl, secret, workspaceId, messageId } = tracking;
  const token = (purpose: 'open' | 'unsubscribe') => signToken(secret, { purpose, workspaceId, messageId });
  const unsubscribeUrl = `${publicUrl}/t/u/${token('unsubscribe')}`;
  const scope = scopeOf(subject, types, { unsubscribe_url: unsubscribeUrl });
  const html = render(email.html, 'html', scope);
  const tracked = trackLinks(html, `${publicUrl}/t/`, (url, link) => {
    return `${publicUrl}/t/c/${signToken(secret, { purpose: 'click', workspaceId, messageId, link, url })}`;
  });
  return {
    ...wordsOf(email, scope, html),
    html: withPixel(tracked, `${publicUrl}/t/o/${token('open')}.gif`),
    unsubscribeUrl,
  };
}

/** As a person would get it, but for its links: they lead where the template says, and unsubscribe nobody. */
export function previewEmail(
  email: CompiledEmail,
  subject: Subject,
  types: DisplayTypes,
  publicUrl: string,
): RenderedEmail {
  const unsubscribeUrl = `${publicUrl}/t/u/preview`;
  const scope = scopeOf(subject, types, { unsubscribe_url: unsubscribeUrl });
  const html = render(email.html, 'html', scope);
  return { ...wordsOf(email, scope, html), html, unsubscribeUrl };
}

function wordsOf(
  email: CompiledEmail,
  scope: object,
  html: string,
): Pick<RenderedEmail, 'subject' | 'text' | 'fromName'> {
  return {
    fromName: (email.fromName && oneLine(render(email.fromName, 'text', scope))) || undefined,
    subject: oneLine(render(email.subject, 'text', scope)),
    text: email.text ? render(email.text, 'text', scope) : plainText(html),
  };
}

/** How a template names its sender to a person; undefined where none comes of it. Throws where it can not be rendered. */
export function renderFromName(fromName: string, subject: Subject, types: DisplayTypes): string | undefined {
  return oneLine(render(compile(fromName, 'text', 'fromName'), 'text', scopeOf(subject, types))) || undefined;
}

/** A line break in a header would begin another header. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
