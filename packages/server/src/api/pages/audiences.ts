import { type AudienceRow, publicAudienceId, type SizedAudience } from '../../audiences/index.ts';
import { badge, bdi, count, empty, type Html, html, page } from '../../platform/page.ts';
import type { PageContext } from './context.ts';

/** More than most keep at once. */
const SHOWN = 200;

/** The audiences there are, with their sizes. */
export async function audiencesPage(o: PageContext): Promise<string> {
  const audiences = await o.audiences.list(o.workspace.id, { limit: SHOWN + 1, offset: 0 });
  return page({
    title: 'Audiences',
    up: [{ href: '/', text: 'Tributary' }],
    body:
      audiences.length === 0
        ? empty('No audiences', 'An audience is made over the API, by POST /api/audiences; /docs has it to try.')
        : html`<div class="sheet flush"><table class="stack">
            <thead><tr><th>Audience</th><th class="number">People</th><th class="number">May get e-mail</th><th class="number">Entered in 30 days</th></tr></thead>
            <tbody>${audiences.slice(0, SHOWN).map(row)}</tbody>
          </table></div>
          ${audiences.length > SHOWN && html`<p class="soft">There are more than the ${SHOWN} shown: GET /api/audiences has them all.</p>`}`,
  });
}

function row(audience: SizedAudience): Html {
  const figure = (name: string, value: number): Html =>
    html`<td class="number" data-label="${name}">${count(value)}</td>`;
  return html`<tr>
    <td class="words"><a href="/audiences/${publicAudienceId(audience)}">${bdi(audience.name)}</a> ${built(audience)}</td>
    ${figure('People', audience.members)}${figure('May get e-mail', audience.subscribers)}${figure('Entered in 30 days', audience.added)}
  </tr>`;
}

/** How far it is where it is built anew. */
export function built({ building, buildDone, buildTotal }: AudienceRow): Html | false {
  if (!building) return false;
  const share = buildTotal > 0 ? Math.floor((100 * buildDone) / buildTotal) : 0;
  return badge(`built to ${share} %`, 'warn');
}
