import type { Template } from '@tributary/model';
import { linksIn } from './links.ts';

/** Gmail shows as much of the HTML of a mail, and cuts off the rest behind a link. */
const CLIPPED_KB = 102;

/** What is not wrong with a template, but hardly meant. */
export function notesOn({ html }: Template): string[] {
  const kb = Math.ceil(Buffer.byteLength(html) / 1024);
  const lost = [...new Set(linksIn(html).filter(leadsNowhere))];
  return [
    ...(kb > CLIPPED_KB
      ? [
          `has ${kb} kB of HTML: Gmail shows ${CLIPPED_KB} kB, and cuts off the rest, with what tells that it was opened`,
        ]
      : []),
    ...lost.map((href) => `a link leads to “${href.slice(0, 80)}”, which is no whole address: write it with https://`),
  ];
}

/** In a mail there is no page that an address could be part of. What Liquid makes of it is not known yet. */
function leadsNowhere(href: string): boolean {
  return href !== '' && !/^(#|[a-z][a-z0-9+.-]*:)|\{[{%]/i.test(href);
}
