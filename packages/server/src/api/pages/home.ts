import type { ConnectorCounts } from '../../connectors/index.ts';
import type { JourneyRow } from '../../journeys/index.ts';
import { badge, bdi, count, empty, type Html, html, page } from '../../platform/page.ts';
import type { PageContext } from './context.ts';
import { findForm } from './find-form.ts';

/** Where one starts: a way to people, the journeys, and how the connections stand. */
export async function homePage(o: PageContext): Promise<string> {
  const journeys = (await o.journeys.list(o.db, o.workspace.id)).sort((a, b) => place(a) - place(b));
  const connections = await o.connectors.counts(o.db);
  return page({
    title: 'Tributary',
    body: html`
      ${findForm()}
      <p><a href="/people">People</a> · <a href="/audiences">Audiences</a></p>
      <h2>Journeys</h2>
      ${
        journeys.length === 0
          ? empty(
              'No journeys yet',
              'A journey is a file that is put on from a terminal. The folder “playbooks” has some to start from:',
              'npm run tributary -- journeys push playbooks/qualification-follow-up.journey.yaml',
            )
          : await journeyTable(o, journeys)
      }
      <h2>Connections</h2>
      ${
        connections.length === 0
          ? empty(
              'Nothing is connected',
              'With Kommo, what happens to its deals comes in, and what people do with mail goes back:',
              'npm run tributary -- kommo connect --url https://yours.kommo.com --token TOKEN',
            )
          : html`<div class="sheet flush"><table class="stack">
              <thead><tr><th>Connection</th><th>State</th><th class="number">Webhooks to read</th><th class="number">Writes to do</th><th class="number">Failed</th></tr></thead>
              <tbody>${connections.map(
                (connection) => html`<tr>
                  <td>${o.connectors.nameOf(connection.connector)}</td>
                  <td class="words">${standing(connection)}</td>
                  ${figures({ 'Webhooks to read': connection.inbox, 'Writes to do': connection.open, Failed: connection.failed + connection.unreadable })}
                </tr>`,
              )}</tbody>
            </table></div>`
      }
      <p>The API, to read and to try: <a href="/docs">reference</a>.</p>
      ${o.mailbox && html`<p>Mail is kept in the built-in <a href="/mailbox">mailbox</a>: nobody outside gets any.</p>`}`,
  });
}

function standing({ note, state, lacking }: ConnectorCounts): Html {
  const wrong = [...(note === null ? [] : [note]), ...lacking];
  return wrong.length > 0 ? badge(wrong.join(' '), 'warn') : badge(state, 'good');
}

/** Those that live stand first, then those to come and those put away, each by name. */
const STATES: readonly JourneyRow['state'][] = ['on', 'paused', 'draining', 'draft', 'archived'];
const place = ({ state }: JourneyRow): number => STATES.indexOf(state);

async function journeyTable(o: PageContext, journeys: readonly JourneyRow[]): Promise<Html> {
  const counts = await o.journeys.counts(
    o.db,
    journeys.map(({ id }) => id),
  );
  const sum = ({ id }: JourneyRow, what: 'entered' | 'inside' | 'goals' | 'parked'): number =>
    counts.get(id)!.reduce((total, each) => total + each[what], 0);
  return html`<div class="sheet flush"><table class="stack">
    <thead><tr><th>Journey</th><th>State</th><th class="number">Entered</th><th class="number">Inside</th><th class="number">Reached the goal</th></tr></thead>
    <tbody>${journeys.map(
      (journey) => html`<tr>
        <td class="words"><a href="/journeys/${journey.id}">${bdi(journey.name.trim() || 'Without a name')}</a></td>
        <td>${badge(journey.state, journey.state === 'on' ? 'good' : 'quiet')}${parked(journey, sum(journey, 'parked'))}</td>
        ${figures({ Entered: sum(journey, 'entered'), Inside: sum(journey, 'inside'), 'Reached the goal': sum(journey, 'goals') })}
      </tr>`,
    )}</tbody>
  </table></div>`;
}

/** Runs that stand still until somebody has looked: on the journey's page is whose they are. */
const parked = ({ id }: JourneyRow, runs: number): Html | false =>
  runs > 0 && html` <a href="/journeys/${id}#people">${badge(`${count(runs)} parked`, 'bad')}</a>`;

/** Cells that say what they are where there is no room for the head of the table. */
const figures = (named: Readonly<Record<string, number>>): Html =>
  html`${Object.entries(named).map(([name, figure]) => html`<td class="number" data-label="${name}">${count(figure)}</td>`)}`;
