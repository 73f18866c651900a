import type { Control } from '../control/control.ts';
import type { LeadView, NoteView, TaskView } from '../control/views.ts';
import type { Account } from '../state/account.ts';
import type { EventRecord } from '../state/model.ts';
import type { Html } from './html.ts';
import { day, html, initials, money, time } from './html.ts';

interface Entry {
  at: Date;
  shown: Html;
}

/** What happened on a deal, and what was noted on its contacts, newest first, under its days. */
export function feed(account: Account, control: Control, lead: LeadView): Html {
  const entries: Entry[] = [
    ...account.events
      .filter((event) => event.entity_type === 'lead' && event.entity_id === lead.id)
      .flatMap((event) => happened(account, event)),
    ...control.notes().flatMap((note) => {
      const contact = lead.contacts.find(({ id }) => note.entity === 'contacts' && id === note.entityId);
      const isHere = contact || (note.entity === 'leads' && note.entityId === lead.id);
      return isHere ? [{ at: note.createdAt, shown: noteEntry(note, contact?.name) }] : [];
    }),
    ...control
      .tasks(lead.id)
      .filter((task) => task.done)
      .map((task) => ({ at: task.updatedAt, shown: doneTask(task) })),
  ];
  const sorted = entries.map((entry, i) => ({ ...entry, i }));
  sorted.sort((a, b) => b.at.getTime() - a.at.getTime() || b.i - a.i);
  const days = Map.groupBy(sorted, (entry) => day(entry.at));
  return html`${[...days].map(
    ([name, list]) => html`<h3 class="day"><span>${name}</span></h3><ol>${list.map(({ shown }) => shown)}</ol>`,
  )}`;
}

function noteEntry(note: NoteView, about: string | undefined): Html {
  const [author, kind] = note.service ? [note.service, 'service'] : [note.author, 'note'];
  return html`
<li class="${kind}">
  <span class="avatar">${initials(author)}</span>
  <div><p class="meta"><b>${author}</b> ${time(note.createdAt)}${about && html`, on ${about}`}</p><p class="text">${note.text}</p></div>
</li>`;
}

function doneTask(task: TaskView): Html {
  return html`
<li class="note">
  <span class="avatar done">✓</span>
  <div><p class="meta"><b>${task.responsibleUser}</b> finished a task, ${time(task.updatedAt)}</p><p class="text">${task.text}</p>${task.result && html`<p class="text quiet">${task.result}</p>`}</div>
</li>`;
}

function happened(account: Account, event: EventRecord): Entry[] {
  const said = sentence(account, event);
  if (!said) return [];
  const at = new Date(event.created_at * 1000);
  const author = account.users.find((user) => user.id === event.created_by)?.name ?? 'Robot';
  return [
    {
      at,
      shown: html`<li class="event"><span class="dot"></span><p>${time(at)} ${said} <span class="quiet">${author}</span></p></li>`,
    },
  ];
}

function sentence(account: Account, { type, value_before: before, value_after: after }: EventRecord): Html | undefined {
  if (type === 'lead_added') return html`Deal created in <b>${stageName(account, after)}</b>`;
  if (type === 'lead_status_changed') {
    return html`Stage: ${stageName(account, before)} → <b>${stageName(account, after)}</b>`;
  }
  if (type === 'sale_field_changed')
    return html`Sale: <b>${money(Number(inside(after, 'sale_field_value', 'sale')))}</b>`;
  if (type === 'entity_responsible_changed') {
    const user = account.users.find(({ id }) => id === inside(after, 'responsible_user', 'id'));
    return html`Responsible: <b>${user?.name ?? 'nobody'}</b>`;
  }
  const field = account.fields.find(({ id }) => type === `custom_field_${id}_value_changed`);
  if (!field) return undefined;
  return html`${field.name}: <b>${after.length > 0 ? after.map((_, i) => plain(field.type, inside(after, 'custom_field_value', 'text', i))).join(', ') : 'emptied'}</b>`;
}

function plain(type: string, text: unknown): string {
  return type === 'date' ? day(new Date(Number(text) * 1000), 'UTC') : String(text);
}

function stageName(account: Account, value: Record<string, unknown>[]): string {
  const pipeline = account.pipelines.find(({ id }) => id === inside(value, 'lead_status', 'pipeline_id'));
  return pipeline?.statuses.find(({ id }) => id === inside(value, 'lead_status', 'id'))?.name ?? '?';
}

function inside(values: readonly Record<string, unknown>[], key: string, name: string, i = 0): unknown {
  const value = values[i]?.[key];
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
