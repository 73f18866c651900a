import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EntryOf, Fields } from '@tributary/model';
import { type Beat, brief, openPlace, type Place, play, waiting } from '../../../test/support/entry-place.ts';
import { until } from '../../../test/support/until.ts';
import { dayOf, nextDayAfter } from './kept.ts';

const day = (text: string): Fields => {
  const [year, month, date] = text.split('-').map(Number) as [number, number, number];
  return { 'dtz::b': { year, month, day: date, timezone: 'UTC' } };
};
const MOVED = 'bo left: its day was moved before it began';
const birthday = { kind: 'date', field: 'dtz::b', every: 'year' };

/** Each in a place of its own, that time may pass as it has to. */
const stories: Record<
  string,
  { begins: string; entry: object; journey?: object; beats: (place: Place, merge: Merge) => readonly Beat[] }
> = {
  'birthdays: at its time of day where the journey is, every year, and not on the day of birth itself': {
    begins: '2026-03-02T08:00:00Z',
    entry: { ...birthday, at: '09:00', timezone: 'Europe/Berlin' },
    beats: (place, merge) => [
      [
        'they come',
        async () => {
          await merge('anna', day('1990-03-04'));
          await merge('baby', day('2026-03-04'));
        },
        [],
      ],
      ['the day begins in Berlin', () => place.at('2026-03-03T23:30:00Z'), ['anna not begun']],
      ['almost nine', () => place.at('2026-03-04T07:59:00Z'), ['anna not begun']],
      ['nine', () => place.at('2026-03-04T08:00:00Z'), ['anna left: completed']],
      ['the day ends', () => place.at('2026-03-05T12:00:00Z'), ['anna left: completed']],
      [
        'a year later',
        () => place.at('2027-03-04T08:00:00Z'),
        ['anna left: completed', 'anna left: completed', 'baby left: completed'],
      ],
    ],
  },
  'who is born on 29 February has it on the 28th in years that have none': {
    begins: '2027-02-20T08:00:00Z',
    entry: birthday,
    beats: (place, merge) => [
      ['she comes', () => merge('leap', day('2000-02-29')), []],
      ['27 February 2027', () => place.at('2027-02-27T12:00:00Z'), []],
      ['the 28th', () => place.at('2027-02-28T00:00:00Z'), ['leap left: completed']],
      ['1 March', () => place.at('2027-03-01T12:00:00Z'), ['leap left: completed']],
      ['28 February 2028', () => place.at('2028-02-28T12:00:00Z'), ['leap left: completed']],
      ['the 29th', () => place.at('2028-02-29T12:00:00Z'), ['leap left: completed', 'leap left: completed']],
      ['a day later', () => place.at('2028-03-01T12:00:00Z'), ['leap left: completed', 'leap left: completed']],
    ],
  },
  'days before a date; one that is moved away before its run has begun takes it along, one that is moved later does not':
    {
      begins: '2026-03-02T08:00:00Z',
      entry: { kind: 'date', field: 'dtz::b', days: -3, at: '12:00' },
      beats: (place, merge) => [
        [
          'they come',
          async () => {
            for (const who of ['ada', 'bo', 'cy']) await merge(who, day('2026-03-10'));
          },
          [],
        ],
        [
          'three days before, in the morning',
          () => place.at('2026-03-07T08:00:00Z'),
          ['ada not begun', 'bo not begun', 'cy not begun'],
        ],
        [
          'one is put off',
          () => merge('bo', day('2026-03-12')),
          ['ada not begun', 'bo left: its day was moved before it began', 'cy not begun'],
        ],
        [
          'noon',
          () => place.at('2026-03-07T12:00:00Z'),
          ['ada left: completed', 'bo left: its day was moved before it began', 'cy left: completed'],
        ],
        [
          'another is put off',
          () => merge('cy', day('2026-03-12')),
          ['ada left: completed', 'bo left: its day was moved before it began', 'cy left: completed'],
        ],
        [
          'and put on again',
          () => merge('cy', day('2026-03-10')),
          ['ada left: completed', 'bo left: its day was moved before it began', 'cy left: completed'],
        ],
        [
          'the other day',
          () => place.at('2026-03-09T12:00:00Z'),
          [
            'ada left: completed',
            'bo left: its day was moved before it began',
            'bo left: completed',
            'cy left: completed',
          ],
        ],
      ],
    },
  'who is put off and on again before it begins enters on the day all the same, also where that may be only once': {
    begins: '2026-03-02T08:00:00Z',
    entry: { kind: 'date', field: 'dtz::b', days: -3, at: '12:00', again: 'never' },
    beats: (place, merge) => [
      ['she comes', () => merge('bo', day('2026-03-10')), []],
      ['three days before, in the morning', () => place.at('2026-03-07T08:00:00Z'), ['bo not begun']],
      ['it is put wrong', () => merge('bo', day('2026-03-12')), [MOVED]],
      [
        'nothing is told to stand in the way',
        async () => {
          const { body } = await place.api('/api/people/bo@example.com/explain?journey=Day', undefined, 'GET');
          assert.deepEqual(
            body.journeys[0].entry.obstacles.filter((why: string) => !why.startsWith('the day')),
            [],
          );
        },
        [MOVED],
      ],
      ['it is put right', () => merge('bo', day('2026-03-10')), [MOVED, 'bo not begun']],
      ['wrong again', () => merge('bo', day('2026-03-12')), [MOVED, MOVED]],
      ['and right again', () => merge('bo', day('2026-03-10')), [MOVED, MOVED, 'bo not begun']],
      ['noon', () => place.at('2026-03-07T12:00:00Z'), [MOVED, MOVED, 'bo left: completed']],
      ['it is put off', () => merge('bo', day('2026-03-12')), [MOVED, MOVED, 'bo left: completed']],
      ['the other day', () => place.at('2026-03-09T13:00:00Z'), [MOVED, MOVED, 'bo left: completed']],
    ],
  },
  'asks who somebody is when the run is to begin, and not with the day': {
    begins: '2026-03-02T08:00:00Z',
    entry: {
      ...{ kind: 'date', field: 'dtz::b', at: '12:00' },
      person: { '$str::is': { field_id: 'str::last', value: 'Yes' } },
    },
    beats: (place, merge) => [
      [
        'they come',
        async () => {
          for (const who of ['ada', 'bo']) await merge(who, { ...day('2026-03-07'), 'str::last': 'No' });
          for (const who of ['cy', 'di']) await merge(who, { ...day('2026-03-07'), 'str::last': 'Yes' });
        },
        [],
      ],
      [
        'in the morning of the day, some are others, and one has another day',
        async () => {
          await place.at('2026-03-07T08:00:00Z');
          await merge('ada', { 'str::last': 'Yes' });
          await merge('cy', { 'str::last': 'No' });
          await merge('di', day('2026-03-09'));
        },
        [],
      ],
      ['noon', () => place.at('2026-03-07T12:00:00Z'), ['ada left: completed']],
      ['the other day', () => place.at('2026-03-09T12:00:00Z'), ['ada left: completed', 'di left: completed']],
    ],
  },
  'days after a time, by the calendar of the time zone': {
    begins: '2026-03-02T08:00:00Z',
    entry: { kind: 'date', field: 'tme:cm:ordered', days: 2, at: '06:00', timezone: 'America/New_York' },
    beats: (place, merge) => [
      // In New York it is still the 2nd.
      ['an order at night', () => merge('noor', { 'tme:cm:ordered': '2026-03-03T03:00:00Z' }), []],
      ['too early', () => place.at('2026-03-04T10:59:00Z'), ['noor not begun']],
      ['six o’clock there', () => place.at('2026-03-04T11:00:00Z'), ['noor left: completed']],
    ],
  },
  'a server that was down at the time makes up for it, once; of days that were missed for the last': {
    begins: '2026-03-02T08:00:00Z',
    entry: { kind: 'date', field: 'dtz::b', at: '09:00' },
    beats: (place, merge) => [
      [
        'they come',
        async () => {
          await merge('today', day('2026-03-05'));
          await merge('lost', day('2026-03-06'));
          await merge('late', day('2026-03-07'));
          await merge('soon', day('2026-03-08'));
        },
        [],
      ],
      [
        'it is down from the evening to the afternoon',
        () => place.away(() => place.clock.advance(Date.parse('2026-03-05T15:00:00Z') - place.clock.now().getTime())),
        ['today left: completed'],
      ],
      ['and once more', () => place.away(() => undefined), ['today left: completed']],
      [
        'it is down for days, until the morning of the 8th',
        () => place.away(() => place.clock.advance(Date.parse('2026-03-08T07:00:00Z') - place.clock.now().getTime())),
        ['late left: completed', 'soon not begun', 'today left: completed'],
      ],
      [
        'the next day is as any other',
        () => place.at('2026-03-09T10:00:00Z'),
        ['late left: completed', 'soon left: completed', 'today left: completed'],
      ],
    ],
  },
  'who comes on the day, after the time, enters at once; once a day, whatever is written': {
    begins: '2026-03-02T08:00:00Z',
    entry: { kind: 'date', field: 'dtz::b', at: '09:00', again: 'any-time' },
    beats: (place, merge) => [
      ['it is the day', () => place.at('2026-03-05T15:00:00Z'), []],
      ['she comes', () => merge('late', day('2026-03-05')), ['late left: completed']],
      ['it was wrong', () => merge('late', day('2026-03-06')), ['late left: completed']],
      ['it was right', () => merge('late', day('2026-03-05')), ['late left: completed']],
    ],
  },
};

type Merge = (name: string, fields: Fields) => Promise<string>;

describe('a journey that people enter on a day', () => {
  for (const [title, { begins, entry, journey = brief, beats }] of Object.entries(stories)) {
    test(title, async () => {
      const place = await openPlace({ begins });
      try {
        await place.tributary.people.addField(place.ws, { name: 'Ordered', type: 'time' });
        const merge: Merge = (name, fields) => place.merge({ 'str::email': `${name}@example.com`, ...fields });
        await place.push({ name: 'Day', entry, ...journey });
        await play(place, 'Day', beats(place, merge));
      } finally {
        await place.close();
      }
    });
  }

  test('takes who is put off and on again while the line is a moment behind', async () => {
    const place = await openPlace({ begins: '2026-03-02T08:00:00Z' });
    const elsewhere = await place.db.connect();
    const inLine = async (): Promise<string[]> => {
      const { rows } = await place.db.query<{ what: string }>('select what from journey_line order by id');
      return rows.map(({ what }) => what);
    };
    const inLineAre = (n: number) => until(`${n} are in line`, async () => (await inLine()).length === n);
    try {
      const person = { '$str::is': { field_id: 'str::last', value: 'Yes' } };
      await place.push({ name: 'Day', entry: { kind: 'date', field: 'dtz::b', at: '12:00', person }, ...brief });
      const bo = { 'str::email': 'bo@example.com', 'str::last': 'Yes' };
      await place.merge({ ...bo, ...day('2026-03-07') });
      await place.at('2026-03-07T08:00:00Z');
      // Another process has the line in hand.
      await elsewhere.query('select pg_advisory_lock(7482013)');
      await place.merge({ ...bo, ...day('2026-03-12') });
      await inLineAre(2);
      await place.merge({ ...bo, ...day('2026-03-07') });
      await inLineAre(3);
      await elsewhere.query('select pg_advisory_unlock(7482013)');
      await place.quiet();
      assert.deepEqual(await inLine(), ['enter']);
      await place.at('2026-03-07T12:00:00Z');
      assert.deepEqual(await place.runs('Day'), ['bo left: completed']);
    } finally {
      elsewhere.release();
      await place.close();
    }
  });

  for (const [of, days, runs] of [
    [
      'the same day',
      ['2026-03-07', '2026-03-07'],
      ['left: completed', 'left: one person with another, whose run went further'],
    ],
    ['a day, and the other none', [undefined, '2026-03-07'], ['left: completed']],
    ['a day, and the other a later one', ['2026-03-09', '2026-03-07'], ['left: its day was moved before it began']],
  ] as const) {
    test(`takes two who become one in the morning by the day that the one has: one of ${of}`, async () => {
      const place = await openPlace({ begins: '2026-03-02T08:00:00Z' });
      try {
        await place.push({ name: 'Day', entry: { kind: 'date', field: 'dtz::b', at: '12:00' }, ...brief });
        const [una, uta] = await Promise.all(
          ['una', 'uta'].map((who, i) =>
            place.merge({ 'str::email': `${who}@example.com`, ...(days[i] && day(days[i])) }),
          ),
        );
        await place.at('2026-03-07T08:00:00Z');
        const { identity } = place.tributary.people;
        await identity.unite(place.ws, { people: [una!, uta!], survivor: una!, by: 'a test' });
        await place.quiet();
        await place.at('2026-03-07T12:00:00Z');
        assert.deepEqual(
          (await place.runs('Day')).toSorted(),
          runs.map((run) => `una ${run}`),
        );
      } finally {
        await place.close();
      }
    });
  }

  test('takes those whose time is still to come on the day it is put on, and not those whose time has passed', async () => {
    const place = await openPlace({ begins: '2026-03-05T10:00:00Z' });
    try {
      await place.merge({ 'str::email': 'due@example.com', ...day('2026-03-05') });
      await place.push({ name: 'Passed', entry: { kind: 'date', field: 'dtz::b', at: '09:00' }, ...brief });
      await place.push({ name: 'To come', entry: { kind: 'date', field: 'dtz::b', at: '11:00' }, ...brief });
      await place.at('2026-03-05T12:00:00Z');
      assert.deepEqual([await place.runs('Passed'), await place.runs('To come')], [[], ['due left: completed']]);
    } finally {
      await place.close();
    }
  });

  test('asks of the person what it asks, and is refused where the field holds no day', async () => {
    const place = await openPlace();
    try {
      const last = { '$str::is': { field_id: 'str::last', value: 'Ito' } };
      await place.push({ name: 'Ito', entry: { kind: 'date', field: 'dtz::b', person: last }, ...waiting });
      await place.merge({ 'str::email': 'ito@example.com', 'str::last': 'Ito', ...day('2026-03-03') });
      await place.merge({ 'str::email': 'abe@example.com', 'str::last': 'Abe', ...day('2026-03-03') });
      await place.at('2026-03-03T00:00:00Z');
      assert.deepEqual(await place.runs('Ito'), ['ito wait']);
      const refused = (entry: object) =>
        place
          .push({ name: 'Wrong', entry: { kind: 'date', ...entry }, ...brief })
          .catch((error: Error) => error.message);
      assert.match(String(await refused({ field: 'dtz:cm:none' })), /entry\.field: there is no field dtz:cm:none/);
      assert.match(String(await refused({ field: 'str::last' })), /entry\.field: str::last holds no date and no time/);
      assert.match(
        String(await refused({ field: 'dtz::b', every: 'year', days: 400 })),
        /entry\.days: an anniversary is at most 365 days away/,
      );
    } finally {
      await place.close();
    }
  });
});

describe('the day of an entry', () => {
  const entry = (more: Partial<EntryOf<'date'>>): EntryOf<'date'> =>
    ({
      kind: 'date',
      field: 'dtz::b',
      days: 0,
      at: '00:00',
      timezone: 'Europe/Berlin',
      again: 'after-leaving',
      ...more,
    }) as EntryOf<'date'>;
  const cases: readonly [what: string, more: Partial<EntryOf<'date'>>, moment: string, begins: string][] = [
    ['a winter day', { at: '09:00' }, '2026-01-10T20:00:00Z', '2026-01-10T08:00:00.000Z'],
    ['just after midnight there', { at: '09:00' }, '2026-01-10T23:30:00Z', '2026-01-11T08:00:00.000Z'],
    ['the day of 23 hours', { at: '09:00' }, '2026-03-29T10:00:00Z', '2026-03-29T07:00:00.000Z'],
    ['an hour that the day leaves out', { at: '02:30' }, '2026-03-29T10:00:00Z', '2026-03-29T01:30:00.000Z'],
    ['an hour that the day has twice', { at: '02:30' }, '2026-10-25T10:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['the day of 25 hours', { at: '23:00' }, '2026-10-25T10:00:00Z', '2026-10-25T22:00:00.000Z'],
  ];
  for (const [what, more, moment, begins] of cases) {
    test(`begins at its time: ${what}`, () => {
      assert.equal(dayOf(entry(more), new Date(moment)).begins.toISOString(), begins);
    });
  }
  test('is followed by the next, also by one of 23 or 25 hours', () => {
    const next = (after: string, at: string) => nextDayAfter(entry({ at }), new Date(after)).toISOString().slice(0, 16);
    assert.equal(next('2026-01-10T07:00:00Z', '09:00'), '2026-01-10T08:00');
    assert.equal(next('2026-01-10T08:00:00Z', '09:00'), '2026-01-11T08:00');
    assert.equal(next('2026-03-28T23:00:00Z', '00:00'), '2026-03-29T22:00');
    assert.equal(next('2026-10-24T22:30:00Z', '00:30'), '2026-10-25T23:30');
    assert.equal(next('2026-03-28T22:59:00Z', '23:59'), '2026-03-29T21:59');
    assert.equal(next('2026-10-24T21:59:00Z', '23:59'), '2026-10-25T22:59');
  });
  test('is numbered day by day, across the change of the clock', () => {
    const numbers = ['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-03-30T12:00:00Z'].map(
      (moment) => dayOf(entry({}), new Date(moment)).number,
    );
    assert.deepEqual(numbers, [numbers[0]!, numbers[0]! + 1, numbers[0]! + 2]);
  });
});
