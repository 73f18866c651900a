import type { DisplayTypes } from '../types.ts';
import { type Compiled, compile, render } from './liquid.ts';
import { noTypes, type Subject, scopeOf } from './scope.ts';

const KEPT_MAX = 500;
const kept = new Map<string, Compiled>();

/**
 * A piece of Liquid outside of a message, such as the text of a task: the same
 * names, nothing escaped. Without `types`, numbers are shown as the wire has them. Throws a `UserError` where it can not be read, and an
 * `Error` where it can not be rendered.
 */
export function renderText(template: string, subject: Subject, types: DisplayTypes = noTypes): string {
  if (!template.includes('{')) return template;
  let compiled = kept.get(template);
  if (!compiled) {
    compiled = compile(template, 'text', 'text');
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(template, compiled);
  }
  return render(compiled, 'text', scopeOf(subject, types));
}
