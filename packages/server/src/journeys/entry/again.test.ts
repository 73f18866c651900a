import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Fields } from '@tributary/model';
import { brief, DAY, openPlace, type Place, play, waiting } from '../../../test/support/entry-place.ts';

const knock = 'act:cm:knock';

describe('whether somebody may enter again', () => {
  let place: Place;
  before(async () => {
    place = await openPlace({ processes: 2 });
    await place.tributary.people.addDefinitions(place.ws, [{ activityId: knock, name: 'Knock', touch: true }]);
  });
  after(() => place.close());

  const knocks =
    (name: string, attributes: Record<string, string> = {}) =>
    (): Promise<string> =>
      place.merge({ 'str::email': `${name}@example.com` }, { activity: { id: knock, attributes } });
  /** Listens to the knocks that say so, so that the journeys of these tests do not hear each other's. */
  const entry = (word: string, more: object = {}) => ({
    kind: 'activity',
    activity: knock,
    filter: { '$str::is': { field_id: 'str:cm:word', value: word } },
    ...more,
  });
  const says = (name: string, word: string, more: Fields = {}) => knocks(name, { 'str:cm:word': word, ...more });

  test('never', async () => {
    await place.push({ name: 'Never', entry: entry('never', { again: 'never' }), ...brief });
    await play(place, 'Never', [
      ['she knocks', says('ann', 'never'), ['ann left: completed']],
      ['and again', says('ann', 'never'), ['ann left: completed']],
      [
        'a year later',
        async () => {
          await place.pass(365 * DAY);
          await says('ann', 'never')();
        },
        ['ann left: completed'],
      ],
    ]);
  });

  test('once they have left', async () => {
    await place.push({ name: 'After', entry: entry('after'), ...waiting });
    await play(place, 'After', [
      ['she knocks', says('bea', 'after'), ['bea wait']],
      ['and again, inside', says('bea', 'after'), ['bea wait']],
      ['she leaves', () => place.pass(DAY), ['bea left: completed']],
      ['and knocks', says('bea', 'after'), ['bea left: completed', 'bea wait']],
    ]);
  });

  test('by a key that is a long text, one at a time of each; and whoever is recorded with it enters as well', async () => {
    const note = (seed: string): string =>
      Array.from({ length: 90 }, (_, i) => createHash('sha256').update(`${seed}${i}`).digest('base64url')).join('');
    await place.push({ name: 'Long', entry: entry('long', { key: 'txt:cm:note' }), ...waiting });
    const both = (text: string) => () => {
      const knocking = (name: string, attributes: Fields) => ({
        ...{ who: { by: ['str::email'] }, fields: { 'str::email': `${name}@example.com` }, source: 'API' },
        activity: { id: knock, attributes: { 'str:cm:word': 'long', ...attributes } },
      });
      const items = [knocking('lou', { 'txt:cm:note': text }), knocking('max', {})];
      return place.tributary.people.record(place.ws, items);
    };
    await play(place, 'Long', [
      ['they knock', both(note('a')), ['lou wait', 'max wait']],
      ['with the same text', both(note('a')), ['lou wait', 'max wait']],
      ['with another that begins alike', both(`${note('a')}b`), ['lou wait', 'lou wait', 'max wait']],
    ]);
  });

  test('at any time', async () => {
    await place.push({ name: 'Any', entry: entry('any', { again: 'any-time' }), ...waiting });
    await play(place, 'Any', [
      ['she knocks', says('cat', 'any'), ['cat wait']],
      ['and again', says('cat', 'any'), ['cat wait', 'cat wait']],
    ]);
  });

  test('at most once in so many days', async () => {
    await place.push({ name: 'Days', entry: entry('days', { again: { days: 3 } }), ...brief });
    const one = ['dot left: completed'];
    await play(place, 'Days', [
      ['she knocks', says('dot', 'days'), one],
      [
        'two days later',
        async () => {
          await place.pass(2 * DAY);
          await says('dot', 'days')();
        },
        one,
      ],
      [
        'the third day',
        async () => {
          await place.pass(DAY);
          await says('dot', 'days')();
        },
        [...one, ...one],
      ],
      ['and again', says('dot', 'days'), [...one, ...one]],
    ]);
  });

  test('one run a key, and each key by itself', async () => {
    await place.push({ name: 'Key', entry: entry('key', { key: 'str:cm:deal', again: 'never' }), ...waiting });
    await play(place, 'Key', [
      ['a deal', says('eve', 'key', { 'str:cm:deal': '1' }), ['eve wait']],
      ['another', says('eve', 'key', { 'str:cm:deal': '2' }), ['eve wait', 'eve wait']],
      ['the first again', says('eve', 'key', { 'str:cm:deal': '1' }), ['eve wait', 'eve wait']],
      ['without a deal', says('eve', 'key'), ['eve wait', 'eve wait', 'eve wait']],
    ]);
  });

  test('one run a day, where the key is a date', async () => {
    await place.push({ name: 'Day', entry: entry('day', { key: 'dtz:cm:on', again: 'never' }), ...waiting });
    const on = (day: number) => says('dora', 'day', { 'dtz:cm:on': { year: 2026, month: 3, day } });
    await play(place, 'Day', [
      ['a day', on(2), ['dora wait']],
      ['another', on(3), ['dora wait', 'dora wait']],
      ['the first again', on(2), ['dora wait', 'dora wait']],
    ]);
  });

  test('who is held out counts as having entered, and stays held out', async () => {
    await place.push({ name: 'Held', entry: entry('held', { again: { days: 5 } }), holdOut: 0.5, ...brief });
    const names = Array.from({ length: 12 }, (_, i) => `h${i}`);
    for (const name of names) await says(name, 'held')();
    await place.quiet();
    const first = await place.runs('Held');
    const held = first.filter((run) => run.endsWith('held out')).length;
    assert.ok(held > 0 && held < 12, `${held} of 12 are held out`);
    const { rows: told } = await place.db.query<{ shape: string | null; did: string }>(
      'select m.shape_id as shape, m.did from move m join run r on r.id = m.run_id where r.held_out',
    );
    const why = { shape: null, did: 'held out of “Held”, to compare with: gets nothing of it' };
    assert.deepEqual(told, Array(held).fill(why), 'with a reason for their timelines');
    for (const name of names) await says(name, 'held')();
    await place.quiet();
    assert.deepEqual(await place.runs('Held'), first, 'nobody enters within the days');
    await place.pass(5 * DAY);
    for (const name of names) await says(name, 'held')();
    await place.quiet();
    assert.deepEqual(
      await place.runs('Held'),
      first.flatMap((run) => [run, run]),
      'the same are held out again',
    );
  });

  for (const [what, again, runs] of [
    ['never: one', 'never', 1],
    ['after leaving: one', 'after-leaving', 1],
    ['every day at most: one', { days: 1 }, 1],
    ['at any time: each', 'any-time', 20],
  ] as const) {
    test(`twenty clients at once, heard by two processes, ${what}`, async () => {
      const word = what.split(':')[0]!;
      await place.push({ name: word, entry: entry(word, { again }), ...waiting });
      const people = place.processes.map(({ people }) => people);
      await says('zoe', 'none')();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          people[i % 2]!.record(place.ws, [
            {
              who: { by: ['str::email'] },
              fields: { 'str::email': 'zoe@example.com' },
              source: 'API',
              activity: { id: knock, attributes: { 'str:cm:word': word } },
            },
          ]),
        ),
      );
      await place.quiet();
      assert.equal((await place.runs(word)).length, runs);
      await place.tributary.journeys.turn(place.ws, word, 'off');
    });
  }

  test('never, for somebody who has become another a moment ago as well', async () => {
    await place.push({ name: 'United', entry: entry('united', { again: 'never' }), ...brief });
    const old = await says('ulf', 'united')();
    const other = await place.merge({ 'str::email': 'una@example.com' });
    await place.quiet();
    const { people, journeys } = place.tributary;
    await people.identity.unite(place.ws, { people: [other, old], survivor: other, by: 'a test' });
    // At once, and before anybody has heard of it perhaps.
    const [outcome] = await journeys.entries.trigger(place.ws, 'United', {
      people: [{ who: { personId: other }, fields: {}, source: 'API' }],
    });
    assert.match(String('why' in outcome! && outcome.why), /may not enter again/);
    await place.quiet();
    await says('una', 'united')();
    await says('ulf', 'united')();
    await place.quiet();
    assert.deepEqual(await place.runs('United'), ['una left: completed']);
  });

  test('two who have entered by the same enrolment and become one keep both runs, and can be told apart again', async () => {
    await place.push({ name: 'Both', entry: { kind: 'direct' }, ...brief });
    const [one, two] = [
      await place.merge({ 'str::email': 'vic@example.com' }),
      await place.merge({ 'str::email': 'val@example.com' }),
    ];
    await place.tributary.journeys.entries.enrol(place.ws, 'Both', { people: [one, two], by: 'a test' });
    await place.quiet();
    const { identity } = place.tributary.people;
    const merge = await identity.unite(place.ws, { people: [one, two], survivor: one, by: 'a test' });
    await place.quiet();
    assert.deepEqual(await place.runs('Both'), ['vic left: completed', 'vic left: completed']);
    await identity.separate(place.ws, { survivor: one, mergeId: merge.mergeId, by: 'a test' });
    await place.quiet();
    assert.deepEqual(await place.runs('Both'), ['val left: completed', 'vic left: completed']);
  });

  test('what a person has had, and which way they were sent, goes with them, and goes when they are deleted', async () => {
    const note = (title: string) => ({ kind: 'tag', add: [title], perPerson: 'once', next: 'fork' });
    await place.push({
      name: 'Had',
      entry: { kind: 'direct', again: 'any-time' },
      start: 'once',
      shapes: {
        once: note('had'),
        fork: {
          kind: 'split',
          level: true,
          branches: [
            { name: 'left', share: 50, next: 'left' },
            { name: 'right', share: 50, next: 'right' },
          ],
        },
        left: { kind: 'exit', reason: 'left' },
        right: { kind: 'exit', reason: 'right' },
      },
    });
    const { people, journeys } = place.tributary;
    const [old, other] = [
      await place.merge({ 'str::email': 'wim@example.com' }),
      await place.merge({ 'str::email': 'wes@example.com' }),
    ];
    const go = async (personId: string) => {
      await journeys.entries.trigger(place.ws, 'Had', { people: [{ who: { personId }, fields: {}, source: 'API' }] });
      await place.quiet();
    };
    await go(old);
    const [way] = await place.runs('Had');
    await people.identity.unite(place.ws, { people: [other, old], survivor: other, by: 'a test' });
    await place.quiet();
    await go(other);
    const runs = await place.runs('Had');
    assert.deepEqual(
      runs,
      [way!, way!].map((run) => run.replace('wim', 'wes')),
      'the same way again',
    );
    const moves = await journeys.movesOf(place.db, other, 100);
    assert.equal(moves.filter(({ did }) => did.startsWith('passed over: had it')).length, 1);
    const kept = async () => {
      const { rows } = await place.db.query<{ n: number }>(
        `select (select count(*)::int from shape_done) + (select count(*)::int from split_choice) as n`,
      );
      return rows[0]!.n;
    };
    assert.ok((await kept()) > 0);
    await people.lifecycle.change(place.ws, 'archive', { ids: [other] }, 'a test');
    await people.lifecycle.change(place.ws, 'delete', { ids: [other] }, 'a test');
    await place.quiet();
    assert.equal(await kept(), 0);
  });
});
