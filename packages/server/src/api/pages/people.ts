import { type Filter, internalId, publicId } from '@tributary/model';
import type { FoundPerson } from '../../people/index.ts';
import { badge, bdi, count, empty, type Html, html, openable, page } from '../../platform/page.ts';
import { pageLinks } from '../../platform/page-links.ts';
import type { PageContext } from './context.ts';
import { findForm } from './find-form.ts';
import { nameOf } from './name.ts';

const SHOWN = 50;

/** Which people: those in whom a text is found, from after one of them on. */
export interface Asked {
  who?: string | undefined;
  after?: string | undefined;
}

/** The people there are, or those whom a text finds, the newest first. */
export async function peoplePage(o: PageContext, asked: Asked): Promise<string> {
  const who = asked.who?.trim() ?? '';
  const q = who || undefined;
  const [table, { people: total }] = await Promise.all([
    peopleTable(o, { q, after: asked.after, here: '/people', query: { who } }),
    o.people.search.count(o.db, o.workspace.id, { q }),
  ]);
  return page({
    title: who === '' ? 'People' : `People found by “${who}”`,
    up: [{ href: '/', text: 'Tributary' }],
    aside: html`<span class="soft">${count(total)}</span>`,
    body: html`${findForm(who)}${
      table ??
      (who === ''
        ? empty(
            'Nobody yet',
            'People come in from the CRM, over the API or by a file:',
            'npm run tributary -- import people people.csv',
          )
        : empty('Nobody is found by that', 'A name, an address, a phone number or an id finds them, or a part of one.'))
    }`,
  });
}

/** A page of people, with the way to the next; undefined where there are none. */
export async function peopleTable(
  o: PageContext,
  of: {
    filter?: Filter;
    q?: string | undefined;
    after: string | undefined;
    here: string;
    query?: Readonly<Record<string, string>>;
  },
): Promise<Html | undefined> {
  const id = of.after === undefined ? undefined : internalId(of.after);
  const { people, more } = await o.people.search.page(o.db, o.workspace.id, {
    ...{ filter: of.filter, q: of.q, limit: SHOWN },
    after: id === undefined ? undefined : { id },
  });
  if (people.length === 0) return undefined;
  const link = (more: Readonly<Record<string, string>>): string => {
    const query = new URLSearchParams(Object.entries({ ...of.query, ...more }).filter(([, value]) => value !== ''));
    return query.size > 0 ? `${of.here}?${query}` : of.here;
  };
  return html`<div class="sheet flush"><table class="stack">
    <thead><tr><th>Person</th><th>E-mail</th><th>Tags</th><th>Last seen</th></tr></thead>
    <tbody>${people.map(row)}</tbody>
  </table></div>
  ${pageLinks({ newest: id && link({}), older: more ? link({ after: publicId(people.at(-1)!.id) }) : undefined })}`;
}

function row(person: FoundPerson): Html {
  const email = person.fields['str::email'];
  return html`<tr>
    <td class="words"><a href="/people/${publicId(person.id)}">${bdi(nameOf(person))}</a></td>
    <td class="words">${typeof email === 'string' && bdi(email)}${person.fields['bol::p'] === false && html` ${badge('unsubscribed', 'bad')}`}</td>
    <td class="words">${openable(person.tagNames.join(', '))}</td>
    <td data-label="Last seen">${person.lastSeenAt ?? html`<small>never</small>`}</td>
  </tr>`;
}
