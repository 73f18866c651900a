import type { Template } from '@tributary/model';
import { compiled } from '../templates.ts';
import { type Compiled, namesIn } from './liquid.ts';
import { isName } from './scope.ts';

/**
 * The names in a template that are nothing, such as `people.fist-name`: they stay empty for everybody. What started a run
 * (`activity.…`) may have any. `hasCustom` knows the workspace's own fields by
 * the names that Liquid knows them by.
 */
export function unknownNames(template: Template, hasCustom: (name: string) => boolean): string[] {
  const email = compiled(template);
  if ('broken' in email) return [];
  const { subject, html, text, fromName } = email;
  const parts = [subject, html, text, fromName].filter((part): part is Compiled => part !== undefined);
  const unknown = parts.flatMap(namesIn).filter((path) => !isName(path, hasCustom));
  return [...new Set(unknown.map((path) => path.join('.')))];
}

/** Whether whoever reads the mail finds a link to unsubscribe in it; one that can not be read is judged elsewhere. */
export function offersToUnsubscribe(template: Template): boolean {
  const email = compiled(template);
  return 'broken' in email || namesIn(email.html).some(([root]) => root === 'unsubscribe_url');
}
