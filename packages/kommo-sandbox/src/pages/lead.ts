import type { Control } from '../control/control.ts';
import type { ContactView, LeadView, PlainValue, TaskView } from '../control/views.ts';
import type { Account } from '../state/account.ts';
import type { CustomField, Pipeline } from '../state/model.ts';
import { feed } from './feed.ts';
import type { Html } from './html.ts';
import { day, html, initials, money, time } from './html.ts';

export function leadPage(account: Account, control: Control, lead: LeadView): Html {
  const pipeline = account.pipelines.find((one) => one.id === lead.pipelineId);
  const open = control.tasks(lead.id).filter((task) => !task.done);
  return html`
<div class="lead">
  <aside class="panel">
    <a class="back" href="/?pipeline=${lead.pipelineId}">← ${lead.pipeline}</a>
    <h1>${lead.name}</h1>
    <p class="id">#${lead.id} ${lead.tags.map((tag) => html`<span class="tag">${tag}</span>`)}${lead.deleted && html`<span class="tag gone">deleted</span>`}</p>
    ${pipeline && stageBar(pipeline, lead)}
    <dl>
      <dt>Sale</dt><dd class="price">${money(lead.price)}</dd>
      <dt>Responsible</dt><dd><span class="avatar">${initials(lead.responsibleUser)}</span> ${lead.responsibleUser}</dd>
      <dt>Created</dt><dd>${day(lead.createdAt)}, ${time(lead.createdAt)}</dd>
      ${lead.closedAt && html`<dt>Closed</dt><dd>${day(lead.closedAt)}, ${time(lead.closedAt)}</dd>`}
      ${fieldRows(account, lead.customFields)}
    </dl>
    ${lead.contacts.map(contactBlock)}
  </aside>
  <section class="feed" aria-label="Feed">
    ${open.map(openTask)}
    <form class="write" method="post" action="/leads/${lead.id}/notes">
      <textarea name="text" rows="2" required placeholder="Write a note as ${lead.responsibleUser}" aria-label="Note"></textarea>
      <button>Add note</button>
    </form>
    ${feed(account, control, lead)}
  </section>
</div>`;
}

/** The stages of the deal's pipeline: each is a button that moves the deal there. */
function stageBar(pipeline: Pipeline, lead: LeadView): Html {
  const at = pipeline.statuses.findIndex((status) => status.id === lead.statusId);
  return html`
<form class="stages" method="post" action="/leads/${lead.id}/move" aria-label="Move to a stage">
  <input type="hidden" name="pipeline" value="${pipeline.id}">
  ${pipeline.statuses.map((status, i) => {
    if (status.type === 1 && i !== at) return '';
    const place = i === at ? html`class="here" aria-current="step"` : i < at ? html`class="past"` : '';
    return html`<button name="status" value="${status.id}" style="--stage:${status.color}" ${place}>${status.name}</button>`;
  })}
</form>`;
}

/** All fields of a deal, the empty ones quietly; what an integration brought along first, as it is what one looks for. */
function fieldRows(account: Account, values: Record<string, PlainValue>): Html[] {
  const own = account.fields.filter((field) => field.owner === 'leads');
  const sorted = own.toSorted((a, b) => Number(b.by_integration) - Number(a.by_integration));
  return sorted.map(
    (field) =>
      html`<dt ${field.by_integration && html`class="brought"`}>${field.name}</dt><dd>${shown(field, values[field.name])}</dd>`,
  );
}

function shown(field: CustomField, value: PlainValue | undefined): Html {
  if (value === undefined) return html`<span class="quiet">…</span>`;
  if (Array.isArray(value)) return html`${value.join(', ')}`;
  if (typeof value === 'boolean') return html`${value ? 'Yes' : 'No'}`;
  if (['date', 'birthday'].includes(field.type)) return html`${day(new Date(Number(value) * 1000), 'UTC')}`;
  if (field.type === 'date_time')
    return html`${day(new Date(Number(value) * 1000))}, ${time(new Date(Number(value) * 1000))}`;
  return html`${value}`;
}

function contactBlock(contact: ContactView): Html {
  const rest = Object.entries(contact.customFields).filter(([name]) => name !== 'Email' && name !== 'Phone');
  return html`
<div class="contact">
  <h2><span class="avatar">${initials(contact.name)}</span> ${contact.name}</h2>
  <dl>
    ${contact.email && html`<dt>E-mail</dt><dd><a href="mailto:${contact.email}">${contact.email}</a></dd>`}
    ${contact.phone && html`<dt>Phone</dt><dd>${contact.phone}</dd>`}
    ${rest.map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}
  </dl>
</div>`;
}

function openTask(task: TaskView): Html {
  return html`
<form class="task" method="post" action="/tasks/${task.id}/complete">
  <p class="meta"><b>${task.type === 'meeting' ? 'Meeting' : 'Follow-up'}</b> for ${task.responsibleUser}, due ${day(task.due)}, ${time(task.due)}</p>
  <p class="text">${task.text}</p>
  <div class="done"><input name="result" placeholder="Result" aria-label="Result"><button>Done</button></div>
</form>`;
}
