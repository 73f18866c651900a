import { delayedMail } from './playbooks.ts';
import type { Tributary } from './tributary.ts';

/** What people do, most of it the first. */
const KINDS = ['Page viewed', 'Report made', 'Invited', 'Exported', 'Order placed', 'Ticket opened'] as const;

export const kindOf = (index: number): string =>
  `act:cm:${KINDS[index % KINDS.length]!.toLowerCase().replace(' ', '-')}`;

const DAY = 24 * 3600;

/** The kinds of activities above, and the fields that people of this benchmark have. */
export async function defineKinds(tributary: Tributary): Promise<void> {
  for (const name of KINDS) await tributary.api('/v1/definitions/activity/create', { name, touch: true });
  const plan = { name: 'Plan', type: 'single_select', values: ['free', 'pro'] };
  await tributary.api('/v1/person/custom-field/create', plan);
}

/** Live audiences as a team would have them: of activities, of fields, of both, of other audiences. */
export async function liveAudiences(tributary: Tributary, count: number): Promise<void> {
  let first = '';
  for (let i = 0; i < count; i++) {
    const { filter, exit } = audience(i, first);
    const body = { name: `Audience ${i}`, filter, ...(exit ? { exit_filter: exit } : {}) };
    const { id } = (await tributary.api('/api/audiences', body)) as { id: string };
    first ||= id;
  }
  await tributary.built();
}

const did = (index: number, more: object): object => ({ '$act::has_occurred': { field_id: kindOf(index), ...more } });
const didNot = (index: number, more: object): object => ({
  '$act::has_not_occurred': { field_id: kindOf(index), ...more },
});
const days = (n: number): object => ({ timeframe: { days: n } });
const plan = (value: string): object => ({ '$str::is': { field_id: 'str:cm:plan', value } });
const named = (letter: string): object => ({ '$str::starts': { field_id: 'str::first', value: letter } });

function audience(i: number, first: string): { filter: object; exit?: object } {
  const n = Math.floor(i / 10);
  switch (i % 10) {
    case 0:
      return { filter: { $and: [plan(n % 2 ? 'pro' : 'free'), named('abcdefghij'[n % 10]!)] } };
    case 1:
      return { filter: did(n, { count: { at_least: 2 + n }, ...days(30) }) };
    case 2:
      return { filter: { $and: [did(n, days(7)), didNot(n + 1, days(7))] } };
    case 3:
      return {
        filter: did(n, { filter: { '$str::starts': { field_id: 'str:cm:page', value: `/docs/${n}` } }, ...days(14) }),
      };
    case 4:
      return { filter: { '$tme::relative_less_than': { field_id: 'l', days_ago: n + 1 } } };
    case 5:
      return { filter: { $and: [{ '$tme::relative_more_than': { field_id: 'l', days_ago: 30 + n } }, plan('pro')] } };
    case 6:
      return { filter: { $and: [did(n, {}), plan('pro')] } };
    case 7:
      return { filter: { $or: [did(n, { timeframe: { type: 'today' } }), named('m')] } };
    case 8:
      return { filter: { $and: [{ $is_member_of: { audience_id: first } }, did(n + 2, days(3))] } };
    default:
      return { filter: did(n, days(5)), exit: did(n + 3, { ...days(1), count: { at_least: 3 } }) };
  }
}

/** Live journeys, each begun by an activity of some kind on a page that nearly nobody looks at. */
export async function liveJourneys(tributary: Tributary, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const filter = { '$str::is': { field_id: 'str:cm:page', value: `/rare/${i}` } };
    await tributary.push(delayedMail({ activity: kindOf(i), filter }, DAY, `Journey ${i}`));
  }
}
