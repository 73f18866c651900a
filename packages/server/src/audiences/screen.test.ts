import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Fields, type Filter, objectNumber } from '@tributary/model';
import { chanceFrom, pick } from '../../test/support/random-journey.ts';
import { transaction } from '../platform/database/pool.ts';
import { concerned } from './concerned.ts';
import { createLiveSets } from './live.ts';
import { screen } from './screen.ts';
import { type Groups, openGroups } from './test/support.ts';

const SEED = Number(process.env.RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 31));
const HOUR = 3_600_000;
const LOOKED = 'act:cm:looked';
const BOUGHT = 'act:cm:bought';

const did = (field_id: string, more: object = {}): Filter => ({ '$act::has_occurred': { field_id, ...more } });
const didNot = (field_id: string, more: object = {}): Filter => ({ '$act::has_not_occurred': { field_id, ...more } });
const days = (n: number) => ({ timeframe: { days: n } });
const count = (bounds: object) => ({ count: bounds });
const on = (value: string) => ({ filter: { '$str::is': { field_id: 'str:cm:page', value } } });
const plan = (value: string): Filter => ({ '$str::is': { field_id: 'str:cm:plan', value } });
/** In the last two days of what an activity says of itself. */
const lately = { filter: { '$tme::relative_less_than': { field_id: 'tme:cm:due', days_ago: 2, timezone: 'UTC' } } };

async function open(): Promise<Groups> {
  const g = await openGroups();
  await g.people.addField(g.ws, { name: 'Plan', type: 'text' });
  const kinds = [LOOKED, BOUGHT].map((activityId) => ({ activityId, name: activityId.slice(7), touch: true }));
  await g.people.addDefinitions(g.ws, kinds);
  return g;
}

describe('who did something that audiences ask about', () => {
  let g: Groups;
  before(async () => {
    g = await open();
  });
  after(() => g.close());

  test('is judged only where that may make a difference', async () => {
    const once = await g.make('Once', did(LOOKED, days(7)));
    const audiences = {
      once,
      pricing: await g.make('Pricing', did(LOOKED, on('/pricing'))),
      pro: await g.make('Pro', { $and: [did(LOOKED), plan('pro')] }),
      silent: await g.make('Silent', didNot(LOOKED, days(7))),
      seldom: await g.make('Seldom', did(LOOKED, count({ at_most: 2 }))),
      often: await g.make('Often', did(LOOKED, count({ at_least: 3 }))),
      stays: await g.make('Stays', did(LOOKED), did(LOOKED, { ...on('/bye'), ...count({ at_least: 2 }) })),
      free: await g.make('Free', did(LOOKED), { $and: [plan('pro'), did(LOOKED)] }),
      last: await g.make('Last', { '$act::last': { field_id: LOOKED, ...on('/pricing') } }),
      both: await g.make('Both', { $and: [{ $is_member_of: { audience_id: once } }, did(LOOKED)] }),
      other: await g.make('Other', did(BOUGHT)),
    };
    const names = new Map(Object.entries(audiences).map(([name, id]) => [objectNumber(id)!, name]));
    const anna = await g.merge({ 'str::email': 'anna@example.com' });
    await g.quiet();
    const live = createLiveSets();
    // Looked at in the transaction that records it, so that nobody has heard of it yet.
    const judgedBy = async (page: string): Promise<string[]> => {
      const now = g.clock.now();
      const activity = { id: LOOKED, attributes: { 'str:cm:page': page } };
      const asked = await transaction(g.db, async (tx) => {
        const item = { who: { personId: anna }, fields: {}, source: 'API', activity };
        await g.people.recordIn(tx, g.ws, [item]);
        const [told] = await g.people.timeline(tx, g.ws, anna, 1);
        const looked = { id: told!.id, personId: anna, activityId: LOOKED, at: told!.occurredAt.toISOString() };
        const pieces = [{ workspaceId: g.ws, activities: [looked], changed: [], fields: [], seen: [] }];
        const of = { workspaceId: g.ws, live: await live.lock(tx, g.ws), now };
        return screen(tx, g.people, of, pieces, concerned(of.live.audiences, pieces, now));
      });
      await g.quiet();
      return [...(asked.get(anna) ?? [])].map((id) => names.get(id)!);
    };
    // She is not pro, belongs to those who looked seldom and were silent, and what she looks at is neither page.
    const first = ['once', 'silent', 'seldom', 'often', 'stays', 'free', 'last', 'both'];
    // She is silent no more, and in all that one look is enough for; one of them waits for "/bye".
    const later = ['seldom', 'often', 'last'];
    const seen: string[][] = [];
    for (const page of ['/', '/', '/', '/pricing', '/bye']) seen.push((await judgedBy(page)).sort());
    assert.deepEqual(
      seen,
      [
        // Whether she is in "Both" hangs on "Once", which she enters in the same breath.
        first.filter((name) => name !== 'both'),
        later,
        later,
        ['last', 'pricing'],
        ['last', 'stays'],
      ].map((names) => names.sort()),
    );
  });
});

describe(`whatever people do (RANDOM_SEED=${SEED})`, () => {
  let g: Groups;
  before(async () => {
    g = await open();
  });
  after(() => g.close());

  test('they belong where a search finds them, at any time', async () => {
    const chance = chanceFrom(SEED);
    const first = did(LOOKED, days(2));
    const filters: Filter[] = [
      first,
      did(LOOKED, { ...count({ at_least: 2 }), ...days(3) }),
      did(LOOKED, { ...count({ exactly: 2 }), ...days(3) }),
      did(BOUGHT, { ...count({ at_most: 1 }), ...days(2) }),
      didNot(BOUGHT, days(2)),
      didNot(BOUGHT, { ...count({ at_least: 2 }), ...days(4) }),
      did(LOOKED, { ...on('/pricing'), ...days(2) }),
      didNot(LOOKED, { ...on('/pricing'), ...days(2) }),
      did(LOOKED, lately),
      { '$act::first': { field_id: BOUGHT, ...on('/pricing') } },
      { '$act::last': { field_id: LOOKED, ...on('/pricing'), ...days(3) } },
      { $and: [did(LOOKED, days(1)), didNot(BOUGHT, days(3))] },
      { $or: [{ $and: [did(BOUGHT, days(1)), plan('pro')] }, didNot(LOOKED, days(1))] },
      { $and: [{ '$tme::relative_more_than': { field_id: 'l', days_ago: 1, timezone: 'UTC' } }, did(BOUGHT)] },
      { '$tme::relative_less_than': { field_id: 'tme:cm:looked!l', days_ago: 1, timezone: 'UTC' } },
      did(LOOKED, { timeframe: { type: 'today' } }),
    ];
    const ids: string[] = [];
    for (const [i, filter] of filters.entries()) ids.push(await g.make(`Audience ${i}`, filter));
    const asking: Filter = { $and: [{ $is_member_of: { audience_id: ids[0]! } }, didNot(BOUGHT, days(1))] };
    filters.push(asking);
    ids.push(await g.make('Asking', asking));
    const staying = [
      await g.make('Staying', did(LOOKED), did(BOUGHT, { ...count({ at_least: 2 }), ...days(2) })),
      await g.make('Going', did(LOOKED, on('/pricing')), { $or: [plan('pro'), didNot(LOOKED, days(1))] }),
    ];
    const people = ['anna', 'ben', 'cleo', 'dan'];
    for (let round = 0; round < 30; round++) {
      await Promise.all(people.flatMap((who) => (chance() < 0.5 ? [doSomething(`${who}@example.com`)] : [])));
      if (chance() < 0.5) g.clock.advance(Math.floor(chance() * 40 * HOUR));
      await g.quiet();
      for (const [i, id] of ids.entries()) {
        const found = await g.people.search.page(g.db, g.ws, { filter: filters[i], limit: 10 });
        const emails = found.people.map(({ fields }) => String(fields['str::email']).split('@')[0]).sort();
        assert.deepEqual(await g.members(id), emails, `round ${round}: ${JSON.stringify(filters[i])}`);
      }
    }
    const before = await Promise.all(staying.map(g.members));
    for (const archived of [true, false]) for (const id of staying) await g.audiences.edit(g.ws, id, { archived });
    await g.quiet();
    assert.deepEqual(await Promise.all(staying.map(g.members)), before, 'built anew');

    async function doSomething(email: string): Promise<unknown> {
      const now = g.clock.now().getTime();
      const ago = (hours: number): Date => new Date(now - Math.floor(chance() * hours * HOUR));
      const attributes: Fields = { 'str:cm:page': pick(chance, ['/', '/pricing']) };
      const at = chance() < 0.3 ? { at: ago(100) } : {};
      if (chance() < 0.2) return g.merge({ 'str::email': email, 'str:cm:plan': pick(chance, ['pro', 'free']) });
      const due = { 'tme:cm:due': ago(60).toISOString() };
      return g.merge(
        { 'str::email': email },
        { activity: { id: pick(chance, [LOOKED, BOUGHT]), attributes: { ...attributes, ...due }, ...at } },
      );
    }
  });
});
