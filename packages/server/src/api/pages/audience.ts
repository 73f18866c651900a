import { filterInWords } from '@tributary/model';
import { badge, bdi, count, html, page } from '../../platform/page.ts';
import { built } from './audiences.ts';
import type { PageContext } from './context.ts';
import { growthChart } from './growth.ts';
import { peopleTable } from './people.ts';

/** An audience: who belongs, by what filter, and how it grows. */
export async function audiencePage(o: PageContext, id: string, after: string | undefined): Promise<string> {
  const audience = await o.audiences.find(o.workspace.id, id);
  const names = await o.journeys.explaining.names(o.workspace.id);
  const filter = { $is_member_of: { audience_id: id } };
  const people = await peopleTable(o, { filter, after, here: `/audiences/${id}` });
  const left = audience.growth.reduce((sum, day) => sum + day.left, 0);
  return page({
    title: audience.name,
    up: [
      { href: '/', text: 'Tributary' },
      { href: '/audiences', text: 'Audiences' },
    ],
    aside: html`${audience.archivedAt && badge('archived', 'bad')} ${built(audience)}`,
    body: html`
      <div class="figures">
        <div><b>${count(audience.members)}</b><span>people</span></div>
        <div><b>${count(audience.subscribers)}</b><span>may get e-mail</span></div>
        <div><b>${count(audience.added)}</b><span>entered in 30 days</span></div>
        <div><b>${count(left)}</b><span>left in 30 days</span></div>
      </div>
      <p>Its filter: ${bdi(filterInWords(audience.filter, names))}.${
        audience.exitFilter && html` Who is in it leaves when: ${bdi(filterInWords(audience.exitFilter, names))}.`
      }</p>
      ${audience.growth.length > 0 && html`<h2>Entered and left, by day</h2><div class="sheet">${growthChart(audience.growth, o.clock.now())}</div>`}
      <h2>People</h2>
      ${people ?? html`<p class="soft">Nobody belongs to it${audience.building && ' yet'}.</p>`}`,
  });
}
