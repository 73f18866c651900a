import type { MessageRow } from '../../messages/index.ts';
import { badge, bdi, type Html, html, openable, time } from '../../platform/page.ts';

type Tone = 'good' | 'bad' | 'warn' | 'quiet';

/** Where a message stands, in the words of all pages: what was refused or given up is not sent, as what was not to be. */
const standings: Readonly<Record<MessageRow['state'], readonly [string, Tone]>> = {
  queued: ['queued', 'quiet'],
  sending: ['sending', 'quiet'],
  uncertain: ['uncertain', 'warn'],
  sent: ['sent', 'good'],
  skipped: ['not sent', 'bad'],
  bounced: ['bounced', 'bad'],
  failed: ['not sent', 'bad'],
};

function standing({ state, waitsFor, attempts }: MessageRow): Html {
  if (waitsFor) return badge('waits');
  if (state === 'queued' && attempts > 0) return badge('tried again', 'warn');
  const [word, tone] = standings[state];
  return badge(word, tone);
}

/** What a person was to be sent: where each stands, why, and when it is tried next; `mails` are those of the mailbox, by message. */
export function messageTable(messages: readonly MessageRow[], mails: ReadonlyMap<string, string>): Html {
  return html`<div class="sheet flush"><div class="scroll"><table class="stack">
    <thead><tr><th>Message</th><th>State</th><th>Why</th><th>When</th></tr></thead>
    <tbody>${messages.map((message) => {
      const { id, channel, name, subject, state, reason, sentAt, dueAt, queuedAt } = message;
      const next = state === 'queued' || state === 'uncertain' ? dueAt : undefined;
      const called = bdi(subject?.trim() || name || '(no subject)');
      const mail = mails.get(id);
      return html`<tr>
        <td class="words">${mail === undefined ? called : html`<a href="/mailbox/${mail}">${called}</a>`}${channel !== 'email' && html` <small>${channel}</small>`}</td>
        <td>${standing(message)}</td><td class="words">${openable(reason ?? '')}</td>
        <td>${next && html`next `}${time(next ?? sentAt ?? queuedAt)}</td>
      </tr>`;
    })}</tbody>
  </table></div></div>`;
}
