import { internalId, publicId } from '@tributary/model';
import type { Person, Schema } from '../../people/index.ts';
import { badge, bdi, type Html, html, openable, page } from '../../platform/page.ts';
import { pageLinks } from '../../platform/page-links.ts';
import type { PageContext } from './context.ts';
import { messageTable } from './messages.ts';
import { fullName, nameOf } from './name.ts';
import { endOf, timeline } from './timeline.ts';
import { shown } from './values.ts';

const SHOWN = 200;
const MESSAGES_SHOWN = 50;

/** Where a page of a person begins; the newest where it is left out. */
export interface From {
  /** The timeline before this moment, in milliseconds. */
  before?: string | undefined;
  /** The messages before this one. */
  messages?: string | undefined;
}

/** A person: what is known of them, and everything that happened, with the reason for each step of a journey. */
export async function personPage(o: PageContext, outside: string, from: From = {}): Promise<string | undefined> {
  const id = internalId(outside);
  const person = id && (await o.people.find(o.db, o.workspace.id, [id])).get(id);
  if (!person) return undefined;
  const before = momentIn(from.before);
  const after = from.messages === undefined ? undefined : internalId(from.messages, 'message');
  const schema = await o.people.schema(o.db, o.workspace.id);
  const activities = await o.people.timeline(o.db, o.workspace.id, person.id, SHOWN, before);
  const moves = await o.journeys.movesOf(o.db, person.id, SHOWN, before);
  const messages = await o.messages.listOfPerson(o.db, o.workspace.id, person.id, MESSAGES_SHOWN + 1, after);
  const mails = (await o.mailbox?.mailsOf(messages)) ?? new Map<string, string>();
  const names = await o.journeys.explaining.names(o.workspace.id);
  const email = person.fields['str::email'];
  const here = `/people/${publicId(person.id)}`;
  const end = endOf({ activities, moves }, SHOWN);
  const older = messages.length > MESSAGES_SHOWN ? publicId(messages[MESSAGES_SHOWN - 1]!.id, 'message') : undefined;
  return page({
    title: nameOf(person),
    up: [{ href: '/', text: 'Tributary' }],
    aside: html`${fullName(person) !== '' && typeof email === 'string' && html`<span class="soft">${bdi(email)}</span> `}${await standing(o, person)}`,
    body: html`
      <nav class="tabs" aria-label="Parts"><a href="#timeline">Timeline</a>${messages.length > 0 && html`<a href="#messages">Messages</a>`}<a href="#fields">Fields</a></nav>
      <h2 id="timeline">Timeline</h2>
      ${timeline({ activities, moves, schema, names, actionInWords: o.connectors.actionInWords }, { since: end, before })}
      ${pageLinks({ newest: before && here, older: end && `${here}?before=${end.getTime()}` })}
      ${
        messages.length > 0 &&
        html`<h2 id="messages">Messages</h2>${messageTable(messages.slice(0, MESSAGES_SHOWN), mails)}
          ${pageLinks({ newest: after && `${here}#messages`, older: older && `${here}?messages=${older}#messages` })}`
      }
      <h2 id="fields">Fields</h2>
      ${fieldTable(person, schema)}`,
  });
}

function momentIn(text: string | undefined): Date | undefined {
  return text !== undefined && /^\d{1,14}$/.test(text) ? new Date(Number(text)) : undefined;
}

/** Whether the person can get mail, and if not, why. */
async function standing(o: PageContext, person: Person): Promise<Html> {
  if (person.archivedAt) return badge('archived', 'bad');
  const address = person.fields['str::email'];
  if (typeof address !== 'string' || address === '') return badge('no e-mail address', 'warn');
  const suppressed = (await o.people.suppression.reasons(o.db, o.workspace.id, [address])).get(address);
  const left = person.fields['bol::p'] === false && badge('unsubscribed', 'bad');
  if (suppressed === undefined) return left || badge('subscribed', 'good');
  return html`${left} ${badge('their address gets no mail', 'bad')} <small>${openable(suppressed)}</small>`;
}

/** Who it is and how to reach them; the rest by name. */
const FIRST = ['str::first', 'str::last', 'str::name', 'str::email', 'phn::phone', 'bol::p', 'bol::sp'];

function fieldTable({ fields, tags }: Person, schema: Schema): Html {
  const place = (id: string): number => (FIRST.includes(id) ? FIRST.indexOf(id) : FIRST.length);
  const rows = Object.entries(fields)
    .map(([id, value]) => ({ id, value, field: schema.fields.get(id) }))
    .map(({ field, ...row }) => ({ ...row, name: field?.name ?? row.id, type: field?.displayType }))
    .sort((a, b) => place(a.id) - place(b.id) || a.name.localeCompare(b.name, 'en'));
  return html`<div class="sheet flush"><table class="stack values"><tbody>${rows.map(
    ({ id, name, value, type }) => html`<tr>
      <td>${name}</td><td>${openable(shown(value, id, type))}</td>
      <td><code>${id}</code></td>
    </tr>`,
  )}
  ${tags.length > 0 && html`<tr><td>Tags</td><td>${openable(tags.join(', '))}</td><td></td></tr>`}</tbody></table></div>`;
}
