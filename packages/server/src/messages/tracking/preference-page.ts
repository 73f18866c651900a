import type { Topic } from '../../audiences/index.ts';
import { badge, type Html, html, page } from '../../platform/page.ts';
import type { Wish } from './preferences.ts';

/**
 * The topics that somebody gets mail about, first that of the mail they came from, with a way to leave one, several or all.
 * `changed` is what they have just chosen, left out where they only look.
 */
export function preferencePage(sender: string, topics: readonly Topic[], changed?: readonly Wish[]): string {
  const own = topics.find(({ named, gets }) => named && gets);
  return page({
    title: `Your e-mails from ${sender}`,
    width: 'narrow',
    aside: changed && badge('saved', 'good'),
    body: html`${changed && html`<p>${whatChanged(changed)}</p>`}
${own && leaveOne(own)}
${(topics.length > 1 || !own) && chooseSeveral(topics)}
<div class="sheet">
<p>Or get no more e-mails from <b>${sender}</b> at all.</p>
<form method="post"><input type="hidden" name="from" value="page"><button class="quiet">Unsubscribe from everything</button></form>
</div>
${!changed && html`<p class="soft">Here by mistake? Just close this page: nothing has changed.</p>`}`,
  });
}

function leaveOne({ audienceId, name }: Topic): Html {
  const about = name === undefined ? 'one of several kinds' : html`about <b>${name}</b>`;
  const what = name === undefined ? 'e-mails like this one' : `“${name}”`;
  return html`<div class="sheet">
<p>The e-mail that you came from is ${about}.</p>
<form method="post"><input type="hidden" name="from" value="topics"><input type="hidden" name="leave" value="${audienceId}"><button>Stop ${what}</button></form>
</div>`;
}

function chooseSeveral(topics: readonly Topic[]): Html {
  const rows = topics.map(
    (
      topic,
    ) => html`<label class="choice"><input type="hidden" name="of" value="${topic.audienceId}"><input type="checkbox" name="keep" value="${topic.audienceId}"${topic.gets && html` checked`}>
<span>${nameOf(topic)}${topic.description !== '' && html`<br><small>${topic.description}</small>`}</span></label>`,
  );
  return html`<form class="sheet" method="post"><input type="hidden" name="from" value="topics">
<p>What do you want to get?</p>
${rows}
<p><button class="quiet">Save</button></p>
</form>`;
}

function whatChanged(changed: readonly Wish[]): string {
  if (changed.length === 0) return 'All is as you had chosen before.';
  const names = (wanted: boolean): string[] =>
    changed.filter(({ subscribed }) => subscribed === wanted).map(({ topic }) => `“${nameOf(topic)}”`);
  const [left, again] = [names(false), names(true)];
  const said = [
    ...(left.length > 0
      ? [`You no longer get ${left.join(', ')}. One that is already on its way may still arrive.`]
      : []),
    ...(again.length > 0 ? [`You get ${again.join(', ')} again.`] : []),
  ];
  return said.join(' ');
}

/** What has no name for people's eyes is known by the mail that they came from. */
const nameOf = ({ name }: Topic): string => name ?? 'E-mails like this one';
