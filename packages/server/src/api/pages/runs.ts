import { publicId, stepName } from '@tributary/model';
import type { JourneyRow, RunRow } from '../../journeys/index.ts';
import { publicJourneyId } from '../../journeys/index.ts';
import type { Person } from '../../people/index.ts';
import { badge, bdi, type Html, html, openable } from '../../platform/page.ts';
import { pageLinks } from '../../platform/page-links.ts';
import type { PageContext } from './context.ts';
import { nameOf } from './name.ts';

const SHOWN = 50;

/** Who is in a journey or was, the newest first, before a run where one is given. */
export async function runTable(o: PageContext, journey: JourneyRow, before: string | undefined): Promise<Html> {
  const which = { id: publicJourneyId(journey) };
  const runs = await o.journeys.manage.runs(o.workspace.id, which, { before, limit: SHOWN + 1 });
  if (runs.length === 0 && !before) return html`<p class="soft">Nobody has entered yet.</p>`;
  const shown = runs.slice(0, SHOWN);
  const people = await o.people.find(o.db, o.workspace.id, [...new Set(shown.map(({ personId }) => personId))]);
  const here = `/journeys/${journey.id}`;
  const older = runs.length > SHOWN ? publicId(shown.at(-1)!.id, 'run') : undefined;
  return html`<div class="sheet flush"><table class="stack">
    <thead><tr><th>Person</th><th>State</th><th>Where</th><th>Entered</th></tr></thead>
    <tbody>${shown.map((run) => row(run, people.get(run.personId)))}</tbody>
  </table></div>
  ${pageLinks({ newest: before && `${here}#people`, older: older && `${here}?runs=${older}#people` })}`;
}

function row(run: RunRow, person: Person | undefined): Html {
  const name = person ? html`<a href="/people/${publicId(person.id)}">${bdi(nameOf(person))}</a>` : 'deleted';
  return html`<tr>
    <td class="words">${name}</td><td>${standing(run)}${run.test && html` ${badge('a try')}`}${run.goalAt && html` ${badge('goal', 'good')}`}</td>
    <td class="words">${where(run)}</td><td>${run.enteredAt}</td>
  </tr>`;
}

function standing({ parkedError, heldOut, leftAt, held }: RunRow): Html {
  if (parkedError !== null && !leftAt) return badge('parked', 'bad');
  if (heldOut) return badge('held out');
  if (leftAt) return badge('left');
  return held ? badge('held', 'warn') : badge('inside', 'good');
}

/** The step at which somebody stands, and what keeps them there; of who has left, why. */
function where({ parkedError, heldOut, leftAt, leftReason, shapeId, title }: RunRow): Html {
  if (heldOut) return html``;
  if (leftAt) return openable(leftReason ?? '');
  const step = shapeId === null ? html`before its first step` : bdi(stepName({ shape: shapeId, title }));
  return html`${step}${parkedError !== null && html`<br>${openable(parkedError)}`}`;
}
