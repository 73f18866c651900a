import { badge, bdi, count, empty, type Html, html, page, tabs } from '../../platform/page.ts';
import { pageLinks } from '../../platform/page-links.ts';
import { linksIn } from '../render/links.ts';
import type { MailHead, StoredMail } from '../store/mailbox.sql.ts';
import { readToken } from '../tracking/token.ts';
import type { ReadMail } from './parse.ts';

export const views = ['mail', 'text', 'links', 'headers'] as const;
export type View = (typeof views)[number];

const home = { href: '/', text: 'Tributary' };
const up = [home, { href: '/mailbox', text: 'Mailbox' }];

export function listPage(
  mails: readonly (MailHead & { subject: string; from: string })[],
  o: { count: number; isFirst: boolean; older: string | undefined },
): string {
  const rows = mails.map(
    (mail) => html`<tr>
<td class="main"><a href="/mailbox/${mail.id}">${bdi(mail.subject.trim() || '(no subject)')}</a></td>
<td class="address">${mail.rcptTo.join(', ')}</td>
<td>${mail.receivedAt}</td>
</tr>`,
  );
  const table = html`<div class="sheet flush"><table class="stack">
<thead><tr><th>Subject</th><th>To</th><th>Received</th></tr></thead>
<tbody>${rows}</tbody></table></div>
${pageLinks({ newest: o.isFirst ? undefined : '/mailbox', older: o.older === undefined ? undefined : `/mailbox?before=${o.older}` })}`;
  const nothing = empty(
    'No mail yet',
    html`Every e-mail that Tributary sends ends up here, and nowhere else, until it is told of a real mail server (<code>SMTP_URL</code>). Publish a journey with an e-mail in it and let someone enter.`,
  );
  const noneOlder = empty('No older mail', html`Here it ends. <a href="/mailbox">The newest</a>`);
  return page({
    title: 'Mailbox',
    up: [home],
    aside:
      o.count > 0 &&
      html`<span class="soft">${o.count === 1 ? '1 mail' : `${count(o.count)} mails`}, none of them left this machine</span>`,
    body: mails.length > 0 ? table : o.count > 0 ? noneOlder : nothing,
  });
}

export function mailPage(stored: StoredMail, mail: ReadMail, view: View): string {
  const names: Record<View, string> = { mail: 'Mail', text: 'Text', links: 'Links', headers: 'Headers' };
  const shown = views.filter((name) => name !== 'mail' || mail.html !== undefined);
  const links = tabs([
    ...shown.map((name) => ({ href: `/mailbox/${stored.id}?view=${name}`, text: names[name], here: name === view })),
    { href: `/mailbox/${stored.id}/source`, text: 'Source', here: false },
  ]);
  return page({
    title: mail.subject || '(no subject)',
    up,
    body: html`<div class="sheet"><dl>
<dt>From</dt><dd>${mail.from}</dd>
<dt>To</dt><dd>${isToPerson(mail) ? stored.rcptTo.map(person) : stored.rcptTo.join(', ')}</dd>
<dt>Received</dt><dd>${stored.receivedAt}</dd>
</dl></div>${links}${body(stored, mail, view)}`,
  });
}

/** Notes to the team offer no way to unsubscribe, nor does what a person has asked for. */
const isToPerson = ({ headers }: ReadMail): boolean => headers.some(({ name }) => name === 'list-unsubscribe');

const person = (address: string, i: number): Html =>
  html`${i > 0 && ', '}<a href="/people?who=${encodeURIComponent(address)}">${address}</a>`;

function body(stored: StoredMail, mail: ReadMail, view: View): Html {
  switch (view) {
    case 'mail':
      // Twice shut in: here, and by the headers the frame's content is sent with.
      return html`<div class="sheet flush"><iframe title="The mail" src="/mailbox/${stored.id}/body" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></div>`;
    case 'text':
      return mail.text.trim() === ''
        ? empty('No text', 'This mail has no text part.')
        : html`<div class="sheet"><pre>${mail.text}</pre></div>`;
    case 'links':
      return linkList(linksIn(mail.html ?? ''));
    case 'headers':
      return html`<div class="sheet"><dl>${mail.headers.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>`;
  }
}

function linkList(links: readonly string[]): Html {
  if (links.length === 0) return empty('No links', 'There is nothing to click in this mail.');
  const rows = links.map((link, i) => {
    const { kind, target } = meaningOf(link);
    const shown = /^https?:\/\//i.test(target)
      ? html`<a href="${link}" target="_blank" rel="noreferrer">${target}</a>`
      : target;
    return html`<tr><td class="index">${i + 1}</td><td class="main">${shown}</td><td>${kind}</td></tr>`;
  });
  return html`<div class="sheet flush"><table class="stack"><tbody>${rows}</tbody></table></div>`;
}

/** What a link does, and where it leads in the end. Not checked: whoever follows it finds out. */
function meaningOf(link: string): { kind: Html; target: string } {
  const click = /\/t\/c\/([\w-]+)$/.exec(link)?.[1];
  const claim = click === undefined ? undefined : readToken(click, 'click')?.claim;
  if (claim?.purpose === 'click') return { kind: badge('click is recorded', 'good'), target: claim.url };
  if (/\/t\/u\/[\w-]+$/.test(link)) return { kind: badge('unsubscribes', 'warn'), target: link };
  return { kind: badge('direct'), target: link };
}

export function noMailPage(): string {
  return page({
    title: 'There is no such mail',
    up,
    body: empty('Gone, or never here', 'The mailbox keeps the newest 5,000 mails.'),
  });
}
