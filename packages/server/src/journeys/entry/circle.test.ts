import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Filter, objectId } from '@tributary/model';
import { brief, openPlace, type Place } from '../../../test/support/entry-place.ts';
import { publicAudienceId } from '../../audiences/index.ts';

const everybody: Filter = { $has_any_value: { field_id: 'str::email' } };
const direct = { kind: 'direct' };

describe('journeys and audiences that would set each other off', () => {
  let place: Place;
  before(async () => {
    place = await openPlace();
  });
  after(() => place.close());

  /** Journeys A and B, audiences X and Y, of a test alone: named by its number, with who is who by name. */
  let n = 0;
  let ids: Record<'A' | 'B' | 'X' | 'Y', string>;
  beforeEach(async () => {
    n += 1;
    const journey = async (name: string): Promise<string> => {
      const { id, createdAt } = await place.push({ name: `${name}${n}`, entry: direct, ...brief });
      return objectId(createdAt, id);
    };
    const audience = async (name: string): Promise<string> =>
      publicAudienceId(await place.tributary.audiences.create(place.ws, { name: `${name}${n}`, filter: everybody }));
    ids = { A: await journey('A'), B: await journey('B'), X: await audience('X'), Y: await audience('Y') };
  });

  type Letter = keyof typeof ids;
  const isJourney = (letter: Letter): boolean => letter === 'A' || letter === 'B';
  const about = (letter: Letter): Filter =>
    isJourney(letter)
      ? { $is_member_of_campaign: { campaign_id: ids[letter] } }
      : { $is_not_member_of: { audience_id: ids[letter] } };
  /** What somebody does: an audience comes to ask about something, or a journey is published with an entry. */
  const asks = (letter: Letter, other: Letter) => async (): Promise<unknown> =>
    place.tributary.audiences.edit(place.ws, ids[letter], { filter: { $and: [everybody, about(other)] } });
  const enters = (letter: Letter, entry: (id: (letter: Letter) => string) => object) => async (): Promise<unknown> =>
    place.push({ name: `${letter}${n}`, entry: entry((other) => ids[other]), ...brief });
  const by = (letter: Letter, audience: Letter) =>
    enters(letter, (id) => ({ kind: 'audience', audience: id(audience) }));
  const byFilter = (letter: Letter, other: Letter) =>
    enters(letter, () => ({ kind: 'filter', filter: { $or: [about(other)] } }));
  const byActivity = (letter: Letter, activity: string, filter?: (id: (letter: Letter) => string) => Filter) =>
    enters(letter, (id) => ({ kind: 'activity', activity, ...(filter && { filter: filter(id) }) }));
  const is = (field: string, value: string): Filter => ({ '$str::is': { field_id: field, value } });

  const circles: [circle: string, steps: (() => Promise<unknown>)[], way: string][] = [
    [
      'a journey is entered by an audience that asks about it',
      [by('A', 'X'), asks('X', 'A')],
      '“A” is entered by the audience “X”; the audience “X” asks about the journey “A”',
    ],
    [
      'it is entered when somebody leaves it',
      [enters('A', (id) => ({ kind: 'audience', audience: id('X'), when: 'leaves' })), asks('X', 'A')],
      '“A” is entered by the audience “X”; the audience “X” asks about the journey “A”',
    ],
    [
      'the audience asks another that asks about it',
      [by('A', 'X'), asks('X', 'Y'), asks('Y', 'A')],
      '“A” is entered by the audience “X”; the audience “X” asks about the audience “Y”; the audience “Y” asks about the journey “A”',
    ],
    [
      'it is entered by a filter that asks such an audience',
      [byFilter('A', 'Y'), asks('Y', 'A')],
      'the entry of “A” asks about the audience “Y”; the audience “Y” asks about the journey “A”',
    ],
    ['its filter asks about itself', [byFilter('A', 'A')], 'the entry of “A” asks about the journey “A”'],
    [
      'two journeys ask about each other',
      [byFilter('A', 'B'), by('B', 'X'), asks('X', 'A')],
      'the entry of “A” asks about the journey “B”; “B” is entered by the audience “X”; the audience “X” asks about the journey “A”',
    ],
    [
      'it is entered by what the audience leaves on timelines',
      [byActivity('A', 'act::enter-audience', (id) => is('idt::a', id('X'))), asks('X', 'A')],
      '“A” is entered by the audience “X”; the audience “X” asks about the journey “A”',
    ],
    [
      'it is entered when another is left, which is entered so',
      [
        byActivity('A', 'act::lj', (id) => ({ $and: [is('idt::c', id('B')), is('str::pr', 'completed')] })),
        by('B', 'X'),
        asks('X', 'A'),
      ],
      '“A” is entered by the journey “B”; “B” is entered by the audience “X”; the audience “X” asks about the journey “A”',
    ],
  ];

  const named = (way: string): string => way.replaceAll(/“([ABXY])”/g, `“$1${n}”`);
  /** The parts of a way, from wherever it begins. */
  const parts = (text: string): string[] =>
    [...text.matchAll(/(?:“[ABXY]\d+” is entered|the (?:audience|entry of) “[ABXY]\d+” asks)[^;.]*/g)]
      .map(([part]) => part)
      .toSorted();

  for (const [circle, steps, way] of circles) {
    test(`are refused where ${circle}, whichever step closes it`, async () => {
      for (let first = 0; first < steps.length; first++) {
        const order = [...steps.slice(first), ...steps.slice(0, first)];
        for (const step of order.slice(0, -1)) await step();
        const refused = await order.at(-1)!().then(
          () => assert.fail('nobody refused it'),
          (error: Error & { code: string }) => error,
        );
        assert.ok(['journey_is_wrong', 'audience_and_journey_circle'].includes(refused.code), refused.message);
        assert.deepEqual(parts(refused.message), parts(named(way)));
        for (const letter of ['X', 'Y'] as const)
          await place.tributary.audiences.edit(place.ws, ids[letter], { filter: everybody });
        for (const letter of ['A', 'B'] as const) await enters(letter, () => direct)();
      }
    });
  }

  test('are told of with the place, and what to do', async () => {
    await asks('X', 'A')();
    const instead = `Let people in by something else, such as a schedule, or have the audience ask about something else`;
    await assert.rejects(by('A', 'X'), {
      code: 'journey_is_wrong',
      message: `the journey can not be published:\n  entry.audience: people would go round for ever: ${named(circles[0]![2])}. ${instead}`,
    });
    const draft = { name: `A${n}`, entry: { kind: 'audience', audience: ids.X }, ...brief };
    const { problems } = await place.tributary.journeys.manage.checkDefinition(place.ws, draft);
    assert.deepEqual(
      problems.map(({ at }) => at),
      ['entry.audience'],
    );
    await asks('X', 'B')();
    await by('A', 'X')();
    const { status, body } = await place.api(
      `/api/audiences/${ids.X}`,
      { filter: { $has_started_campaign: { campaign_id: ids.A } } },
      'PATCH',
    );
    assert.equal(status, 409);
    assert.match(
      JSON.stringify(body),
      /people would go round for ever: the audience “X\d+” asks about the journey .* Ask about something else, or first change how people enter/,
    );
  });

  const fine: [story: string, steps: (() => Promise<unknown>)[]][] = [
    [
      'a schedule calls those who are not in it',
      [asks('X', 'A'), enters('A', (id) => ({ kind: 'schedule', cron: '0 9 * * 1', audience: id('X') }))],
    ],
    ['the audience asks about another journey', [asks('X', 'B'), by('A', 'X')]],
    ['the audience asks by another for another journey', [asks('X', 'Y'), asks('Y', 'B'), by('A', 'X')]],
    [
      'it is entered by an audience of another name',
      [asks('X', 'A'), byActivity('A', 'act::enter-audience', () => is('str::name', 'Other'))],
    ],
    [
      'a journey is entered when it is left, and no audience asks',
      [byActivity('A', 'act::lj', (id) => is('idt::c', id('A')))],
    ],
  ];
  for (const [story, steps] of fine) {
    test(`are none where ${story}`, async () => {
      for (const step of steps) await step();
    });
  }

  test('are refused by a journey that only waits to go on, and not by one that is put away', async () => {
    const { manage } = place.tributary.journeys;
    const to = (verb: 'drain' | 'archive') => manage.changeState(place.ws, { name: `A${n}` }, verb, { by: 'a test' });
    await by('A', 'X')();
    await to('drain');
    await assert.rejects(asks('X', 'A'), { code: 'audience_and_journey_circle' });
    await to('archive');
    await asks('X', 'A')();
    await manage.changeState(place.ws, { name: `A${n}` }, 'restore', { by: 'a test' });
    const again = manage.publish(place.ws, { name: `A${n}` }, { inside: 'stay', mapping: {}, by: 'a test' });
    await assert.rejects(again, { code: 'journey_is_wrong' });
  });

  test('are refused of an audience that is brought back, and of any that is new', async () => {
    await asks('X', 'A')();
    await place.tributary.audiences.edit(place.ws, ids.X, { archived: true });
    await byActivity('A', 'act::enter-audience', () => is('str::name', `X${n}`))();
    const back = () => place.tributary.audiences.edit(place.ws, ids.X, { archived: false });
    await assert.rejects(back, { code: 'audience_and_journey_circle' });
    const alike = place.tributary.audiences.create(place.ws, { name: `X${n}`, filter: about('A') });
    await assert.rejects(alike, { code: 'audience_and_journey_circle' });
    const { body } = await place.api(`/api/audiences?q=X${n}`, undefined, 'GET');
    assert.deepEqual(body.audiences, [], 'it has not been made');
    await enters('A', () => direct)();
    await back();
  });

  test('are refused to one of two who do it at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const both = await Promise.allSettled([asks('X', 'A')(), by('A', 'X')()]);
      assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
      await place.tributary.audiences.edit(place.ws, ids.X, { filter: everybody });
      await enters('A', () => direct)();
    }
  });
});
