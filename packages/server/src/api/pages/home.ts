import { badge, empty, html, page } from '../../platform/page.ts';
import type { PageContext } from './context.ts';

/** Where one starts: the journeys, and how the connections stand. */
export async function homePage(o: PageContext): Promise<string> {
  const journeys = await o.journeys.list(o.db, o.workspace.id);
  const counts = await Promise.all(journeys.map((journey) => o.journeys.counts(o.db, journey.id)));
  const connections = await o.connectors.counts(o.db);
  const sum = (i: number, what: 'entered' | 'inside' | 'goals'): number =>
    counts[i]!.reduce((total, count) => total + count[what], 0);
  return page({
    title: 'Tributary',
    body: html`
      <h2>Journeys</h2>
      ${
        journeys.length === 0
          ? empty(
              'No journeys yet',
              html`<code>npm run tributary -- journeys push playbooks/qualification-follow-up.journey.yaml</code>`,
            )
          : html`<div class="sheet flush"><div class="scroll"><table>
              <thead><tr><th>Journey</th><th></th><th>Entered</th><th>Inside</th><th>Reached the goal</th></tr></thead>
              <tbody>${journeys.map(
                (journey, i) => html`<tr>
                  <td><a href="/journeys/${journey.id}">${journey.name}</a></td>
                  <td>${badge(journey.state, journey.state === 'on' ? 'good' : 'quiet')}</td>
                  <td>${sum(i, 'entered')}</td><td>${sum(i, 'inside')}</td><td>${sum(i, 'goals')}</td>
                </tr>`,
              )}</tbody>
            </table></div></div>`
      }
      <h2>Connections</h2>
      ${
        connections.length === 0
          ? empty(
              'Nothing is connected',
              html`<code>npm run tributary -- kommo connect --url https://yours.kommo.com --token TOKEN</code>`,
            )
          : html`<div class="sheet flush"><div class="scroll"><table>
              <thead><tr><th>Connection</th><th></th><th>Webhooks to read</th><th>Writes to do</th><th>Failed</th></tr></thead>
              <tbody>${connections.map(
                (connection) => html`<tr>
                  <td>${connection.connector}</td>
                  <td>${badge(connection.note ?? connection.state, connection.note ? 'warn' : 'good')}</td>
                  <td>${connection.inbox}</td><td>${connection.open}</td><td>${connection.failed}</td>
                </tr>`,
              )}</tbody>
            </table></div></div>`
      }
      <p>The API, to read and to try: <a href="/docs">reference</a>.</p>
      ${o.mailbox && html`<p>Mail is kept in the built-in <a href="/mailbox">mailbox</a>: nobody outside gets any.</p>`}`,
  });
}
