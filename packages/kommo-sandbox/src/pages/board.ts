import type { Control } from '../control/control.ts';
import type { LeadView } from '../control/views.ts';
import type { Account } from '../state/account.ts';
import type { Pipeline, Status } from '../state/model.ts';
import { LOST, WON } from '../state/model.ts';
import type { Html } from './html.ts';
import { html, initials, money } from './html.ts';

/** A column shows so many cards; a bench makes thousands. */
const mostCards = 100;

export function boardPage(account: Account, control: Control, pipeline: Pipeline): Html {
  const leads = control.leads().filter((lead) => lead.pipelineId === pipeline.id);
  const open = leads.filter((lead) => lead.statusId !== WON && lead.statusId !== LOST);
  const worth = open.reduce((sum, lead) => sum + lead.price, 0);
  return html`
<div class="bar">
  <nav class="tabs" aria-label="Pipelines">${account.pipelines.map(
    (one) => html`<a href="/?pipeline=${one.id}" ${one === pipeline ? html`aria-current="page"` : ''}>${one.name}</a>`,
  )}</nav>
  <span class="total">${open.length} open ${open.length === 1 ? 'deal' : 'deals'} · <b>${money(worth)}</b></span>
  <details class="new"><summary>New deal</summary>${newDeal(pipeline)}</details>
</div>
${leads.length === 0 && html`<p class="first">No deals in ${pipeline.name} yet. Add one, then drag it from stage to stage.</p>`}
<div class="board">${pipeline.statuses.map((status) =>
    column(
      account,
      control,
      pipeline,
      status,
      leads.filter((lead) => lead.statusId === status.id),
    ),
  )}</div>`;
}

function column(account: Account, control: Control, pipeline: Pipeline, status: Status, leads: LeadView[]): Html {
  const newest = leads.toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime() || b.id - a.id);
  const sum = leads.reduce((total, lead) => total + lead.price, 0);
  const kind = status.id === WON ? 'won' : status.id === LOST ? 'lost' : status.type === 1 ? 'incoming' : 'stage';
  return html`
<section class="column ${kind} ${leads.length === 0 && 'empty'}" data-status="${status.id}" data-pipeline="${pipeline.id}" style="--stage:${status.color}">
  <h2 title="${status.name}">${status.name}</h2>
  <p class="sum">${leads.length} ${leads.length === 1 ? 'deal' : 'deals'}: ${money(sum)}</p>
  <div class="cards">
    ${newest.slice(0, mostCards).map((lead) => card(account, control, lead))}
    ${newest.length > mostCards && html`<p class="more">and ${newest.length - mostCards} more</p>`}
    ${leads.length === 0 && html`<p class="none">No deals</p>`}
  </div>
</section>`;
}

function card(account: Account, control: Control, lead: LeadView): Html {
  const [contact] = lead.contacts;
  const openTasks = control.tasks(lead.id).filter((task) => !task.done).length;
  const brought = account.fields.filter((field) => field.owner === 'leads' && field.by_integration);
  return html`
<a class="card" href="/leads/${lead.id}" draggable="true" data-lead="${lead.id}">
  <span class="head"><span class="who">${contact?.name ?? 'No contact'}</span><span class="avatar" title="${lead.responsibleUser}">${initials(lead.responsibleUser)}</span></span>
  <span class="deal">${lead.name}</span>
  <span class="price">${money(lead.price)}</span>
  ${brought.map((field) => {
    const value = lead.customFields[field.name];
    return value !== undefined && html`<span class="field"><i>${field.name}</i> ${String(value)}</span>`;
  })}
  <span class="foot">
    ${lead.tags.map((tag) => html`<span class="tag">${tag}</span>`)}
    <span class="grow"></span>
    ${openTasks > 0 ? html`<span class="todo">${openTasks} ${openTasks === 1 ? 'task' : 'tasks'}</span>` : html`<span class="quiet">No tasks</span>`}
  </span>
</a>`;
}

function newDeal(pipeline: Pipeline): Html {
  return html`
<form method="post" action="/leads">
  <input type="hidden" name="pipeline" value="${pipeline.id}">
  <label>Deal <input name="name" required placeholder="Brightwater Logistics, 40 seats"></label>
  <label>Sale, $ <input name="price" type="number" min="0" step="1" placeholder="12000"></label>
  <label>First name <input name="first_name" required placeholder="Anna"></label>
  <label>Last name <input name="last_name" placeholder="Petrova"></label>
  <label>E-mail <input name="email" type="email" required placeholder="anna@example.com"></label>
  <button>Add the deal</button>
</form>`;
}
