import { filterInWords, internalId, type JourneyDefinition, spelledId, stepName, stepTitle } from '@tributary/model';
import { type JourneyRow, publicJourneyId } from '../../journeys/index.ts';
import { badge, bdi, count, type Html, html, page } from '../../platform/page.ts';
import { type Comparison, type Estimate, type JourneyReport, reportOn } from '../../reports/index.ts';
import type { PageContext } from './context.ts';
import { liftInWords } from './lift.ts';
import { runTable } from './runs.ts';

/** Where the list of people begins: before this run; with the newest where it is left out. */
export interface RunsFrom {
  runs?: string | undefined;
}

/** A journey's report: its messages, its goal against the hold-out, each share with its uncertainty; and who is in it. */
export async function journeyPage(o: PageContext, id: string, from: RunsFrom = {}): Promise<string | undefined> {
  const journey = (await o.journeys.list(o.db, o.workspace.id)).find((candidate) => isCalled(candidate, id));
  if (!journey) return undefined;
  const report = await reportOn(o.db, o, journey.id);
  const whole = await o.journeys.definitions.find(o.db, o.workspace.id, publicJourneyId(journey));
  const definition = whole?.definition as JourneyDefinition | null | undefined;
  // One that had a goal may have lost it: what was reached still counts.
  const goal = definition?.goal;
  const hasGoal = goal !== undefined || report.treated.goals + report.heldOut.goals > 0;
  return page({
    title: journey.name,
    up: [{ href: '/', text: 'Tributary' }],
    aside: badge(journey.state, journey.state === 'on' ? 'good' : 'quiet'),
    body: html`
      <nav class="tabs" aria-label="Parts"><a href="#goal">Goal</a><a href="#mail">E-mail</a><a href="#people">People</a></nav>
      <div class="figures">
        <div><b>${count(report.treated.entered + report.heldOut.entered)}</b><span>entered</span></div>
        <div><b>${count(report.inside)}</b><span>inside now</span></div>
        <div><b>${count(report.messages.sent)}</b><span>e-mails sent</span></div>
        <div><b>${percent(report.messages.opened, report.messages.delivered)}</b><span>opened</span></div>
        ${hasGoal && html`<div><b>${count(report.treated.reached + report.heldOut.reached)}</b><span>reached the goal</span></div>`}
      </div>
      <h2 id="goal">Goal</h2>
      ${goal && html`<p>${bdi(goal.name)}: when ${bdi(filterInWords(goal.when, await o.journeys.explaining.names(o.workspace.id)))}.</p>`}
      ${hasGoal ? goalPart(report, definition) : html`<p class="soft">${definition ? 'This journey has no goal, so nothing tells whether it helps.' : DRAFT}</p>`}
      <h2 id="mail">E-mail</h2>
      ${messageTable(report)}
      <p class="soft">Why a message was not sent is on the person’s timeline. Opens and clicks that a machine made do not count. Ranges are 95 % intervals.</p>
      <h2 id="people">People${report.parked > 0 && html` ${badge(`${count(report.parked)} parked with an error`, 'bad')}`}</h2>
      ${await runTable(o, journey, from.runs === undefined ? undefined : internalId(from.runs, 'run'))}`,
  });
}

/** A step of it counts as the goal, which nobody comes to who is held out. */
const isByStep = (definition: JourneyDefinition | null | undefined): boolean =>
  Object.values(definition?.shapes ?? {}).some(({ kind }) => kind === 'goal');

const BY_STEP =
  'A step of the journey counts as its goal. Who is held out never comes to it, so the two groups can not be compared.';

const DRAFT = 'This journey is a draft. Nobody enters before it is published.';

/** By its number, or by its id outside. */
const isCalled = (journey: JourneyRow, id: string): boolean =>
  String(journey.id) === id || publicJourneyId(journey) === spelledId(id);

/** Of the whole journey, and of each step that held somebody out. */
function goalPart(report: JourneyReport, definition: JourneyDefinition | null | undefined): Html {
  const words = (lift: Estimate | undefined, what?: string): string =>
    isByStep(definition) ? BY_STEP : liftInWords(lift, what);
  const isWhole = report.heldOut.people > 0 || report.atSteps.length === 0;
  return html`${goalTable(report, ['Entered', 'Went through the journey', 'Held out, got nothing'])}
    ${isWhole && html`<p>${report.heldOut.people > 0 ? words(report.lift) : liftInWords(undefined)}</p>`}
    ${report.atSteps.map(
      (
        step,
      ) => html`<h3>${bdi(stepName({ shape: step.shapeId, title: stepTitle(definition?.shapes ?? {}, step.shapeId) }))} holds people out</h3>
      ${goalTable(step, ['Came here', 'Went on from here', 'Held out here, got nothing more'])}
      <p>${step.treated.people > 0 && step.heldOut.people > 0 ? words(step.lift, 'what follows it') : TOO_FEW}</p>`,
    )}`;
}

const TOO_FEW = 'Nobody came here yet who had not reached the goal before, or only one of the two groups did.';

function goalTable(of: Comparison, [came, went, out]: readonly [string, string, string]): Html {
  const row = (name: string, group: Comparison['treated']): Html => html`<tr>
    <td>${name}</td><td class="figure" data-label="${came}">${count(group.entered)}</td><td class="figure" data-label="People">${count(group.people)}</td><td class="figure" data-label="Of them reached it">${count(group.reached)}</td><td class="figure" data-label="Conversion">${share(group.conversion)}</td>
  </tr>`;
  return html`<div class="sheet flush"><table class="stack">
    <thead><tr><th>Group</th><th>${came}</th><th>People</th><th>Of them reached it</th><th>Conversion</th></tr></thead>
    <tbody>${row(went, of.treated)}${row(out, of.heldOut)}</tbody>
  </table></div>`;
}

function messageTable({ messages }: JourneyReport): Html {
  const tried = messages.sent + messages.failed;
  const rows: [string, number, number][] = [
    ['Sent', messages.sent, tried],
    ['Delivered', messages.delivered, messages.sent],
    ['Opened', messages.opened, messages.delivered],
    ['Clicked', messages.clicked, messages.delivered],
    ['Replied', messages.replied, messages.delivered],
    ['Unsubscribed', messages.unsubscribed, messages.delivered],
    ['Called spam', messages.complained, messages.delivered],
    ['Bounced', messages.bounced, messages.sent],
    ['Not sent: refused, or given up', messages.failed, tried],
  ];
  const others: [string, number][] = [
    ['Waiting for a cap, or for the hours in which they go', messages.held],
    ['On their way, or to be tried again', messages.waiting - messages.held],
    ['Uncertain: nobody can tell whether they arrived', messages.uncertain],
    ['Not sent: they were not to be', messages.skipped],
  ];
  return html`<div class="sheet flush"><table class="stack">
    <thead><tr><th>What became of them</th><th>Messages</th><th>Of</th><th>Share</th></tr></thead>
    <tbody>${rows.map(
      ([name, hits, total]) =>
        html`<tr><td>${name}</td><td class="figure">${count(hits)}</td><td class="figure" data-label="of">${count(total)}</td><td class="figure">${percent(hits, total)}</td></tr>`,
    )}
    ${others.map(([name, hits]) => html`<tr><td>${name}</td><td class="figure">${count(hits)}</td><td></td><td></td></tr>`)}</tbody>
  </table></div>`;
}

function share(estimate: Estimate | undefined): string {
  if (!estimate) return '–';
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((part) => (part * 100).toFixed(1));
  return `${value} % (${low} to ${high})`;
}

function percent(hits: number, total: number): string {
  return total === 0 ? '–' : `${((hits / total) * 100).toFixed(1)} %`;
}
