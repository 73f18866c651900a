import type { Template } from '@tributary/model';
import { compiled } from '../templates.ts';
import { linksIn } from './links.ts';
import { type Compiled, compile, namesIn } from './liquid.ts';
import { problemWithText } from './problems.ts';
import { isName } from './scope.ts';

/** Gmail shows as much of the HTML of a mail, and cuts off the rest behind a link. */
const CLIPPED_KB = 102;

/** What a template is judged by beside itself. */
export interface Noting {
  /** The workspace's own fields by the names that Liquid knows them by. */
  hasCustom(name: string): boolean;
  transactional: boolean;
}

/** What is not wrong with a template, but hardly meant. */
export function notesOn(template: Template, { hasCustom, transactional }: Noting): string[] {
  const { html } = template;
  const kb = Math.ceil(Buffer.byteLength(html) / 1024);
  const lost = [...new Set(linksIn(html).filter(leadsNowhere))];
  return [
    ...unknownNames(template, hasCustom).map(saidOf),
    ...(transactional || offersToUnsubscribe(template)
      ? []
      : ['has no link to unsubscribe: put {{ unsubscribe_url }} into it, or say that it is transactional']),
    ...(kb > CLIPPED_KB
      ? [
          `has ${kb} kB of HTML: Gmail shows ${CLIPPED_KB} kB, and cuts off the rest, with what tells that it was opened`,
        ]
      : []),
    ...lost.map((href) => `has a link to “${href.slice(0, 80)}”, which is no whole address: write it with https://`),
  ];
}

/** The same of a text that stands in a journey itself; one that can not be read is judged elsewhere. */
export function notesOnText(text: string, { hasCustom }: Pick<Noting, 'hasCustom'>): string[] {
  if (problemWithText(text, 'text') !== undefined) return [];
  return namesOfNothing([compile(text, 'text', 'text')], hasCustom).map(saidOf);
}

const saidOf = (name: string): string => `names {{ ${name} }}, which is nothing: it stays empty for everybody`;

/** Names such as `people.fist-name`. What started a run (`activity.…`) may have any. */
function unknownNames(template: Template, hasCustom: Noting['hasCustom']): string[] {
  const email = compiled(template);
  if ('broken' in email) return [];
  const { subject, html, text, fromName } = email;
  const parts = [subject, html, text, fromName].filter((part): part is Compiled => part !== undefined);
  return namesOfNothing(parts, hasCustom);
}

function namesOfNothing(parts: readonly Compiled[], hasCustom: Noting['hasCustom']): string[] {
  const unknown = parts.flatMap(namesIn).filter((path) => !isName(path, hasCustom));
  return [...new Set(unknown.map((path) => path.join('.')))];
}

/** One that can not be read is judged elsewhere. */
function offersToUnsubscribe(template: Template): boolean {
  const email = compiled(template);
  return 'broken' in email || namesIn(email.html).some(([root]) => root === 'unsubscribe_url');
}

/** In a mail there is no page that an address could be part of. What Liquid makes of it is not known yet. */
function leadsNowhere(href: string): boolean {
  return href !== '' && !/^(#|[a-z][a-z0-9+.-]*:)|\{[{%]/i.test(href);
}
