import type { NoticeContent } from '@tributary/model';
import type { DisplayTypes } from '../types.ts';
import { oneLine } from './email.ts';
import { type Compiled, compile, render } from './liquid.ts';
import { type Subject, scopeOf } from './scope.ts';

/** A note to the team, compiled. */
export interface CompiledNotice {
  subject: Compiled;
  text: Compiled;
}

/** Throws a `UserError` that names the part and the line at fault. */
export function compileNotice(content: NoticeContent): CompiledNotice {
  return {
    subject: compile(content.subject, 'text', 'subject'),
    text: compile(content.text, 'text', 'text'),
  };
}

export function renderNotice(
  notice: CompiledNotice,
  subject: Subject,
  types: DisplayTypes,
): { subject: string; text: string } {
  const scope = scopeOf(subject, types);
  return { subject: oneLine(render(notice.subject, 'text', scope)), text: render(notice.text, 'text', scope) };
}
