import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nextWithin, type WeeklyWindow, weeklyWindow } from './weekly-window.ts';
import { isTimezone, timezoneOf } from './zone.ts';

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Told apart from the code under test: by what the wall clock is printed as. */
function isWithin(window: WeeklyWindow, at: Date, timeZone: string): boolean {
  const format = { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const printed = new Intl.DateTimeFormat('en-US', format).formatToParts(at);
  const part = (type: string) => printed.find((p) => p.type === type)!.value;
  const time = `${part('hour')}:${part('minute')}`;
  const day = DAY_NAMES.indexOf(part('weekday')) + 1;
  const opens = (d: number) => !window.days || window.days.includes(d === 0 ? 7 : d);
  if (window.from < window.to) return opens(day) && time >= window.from && time < window.to;
  return (opens(day) && time >= window.from) || (opens(day - 1) && time < window.to);
}

const time = fc
  .tuple(fc.nat({ max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const window = fc
  .record(
    {
      from: time,
      to: fc.oneof({ weight: 9, arbitrary: time }, fc.constant('24:00')),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    },
    { requiredKeys: ['from', 'to'] },
  )
  .filter(({ from, to }) => from !== to);
const zone = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'],
  ...['America/St_Johns', 'Pacific/Apia', 'Asia/Tehran', 'America/Sao_Paulo', 'Pacific/Chatham', 'Antarctica/Troll'],
);
/** Half of them around the changes of a clock. */
const moment = fc.oneof(
  fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
  fc
    .tuple(
      fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2011-12-30T10:00Z', '2026-04-04T15:00Z'),
      fc.integer({ min: -1500, max: 1500 }),
    )
    .map(([change, minutes]) => new Date(Date.parse(change) + minutes * 60_000)),
);

describe('the next moment within a weekly window', () => {
  test('it lies within, and nothing before it does', () => {
    fc.assert(
      fc.property(window, moment, zone, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (w, at, z, shares) => {
        const next = nextWithin(w, at, z);
        assert.ok(next >= at);
        assert.ok(isWithin(w, next, z), `${next.toISOString()} is not within`);
        assert.deepEqual(nextWithin(w, next, z), next);
        const waited = next.getTime() - at.getTime();
        for (const share of [0, 0.5, ...shares]) {
          const before = new Date(at.getTime() + Math.floor(waited * share));
          if (before < next) assert.ok(!isWithin(w, before, z), `${before.toISOString()} is within already`);
        }
        if (waited > 0) assert.ok(!isWithin(w, new Date(next.getTime() - 1), z), 'the moment before is within already');
      }),
      { numRuns: 500 },
    );
  });

  const nine = { from: '09:00', to: '18:00' };
  const cases: [string, WeeklyWindow, string, string, string][] = [
    ['within: now', nine, 'Europe/Berlin', '2026-01-05T10:00:00.123Z', '2026-01-05T10:00:00.123Z'],
    ['before: at its beginning', nine, 'Europe/Berlin', '2026-01-05T05:00Z', '2026-01-05T08:00Z'],
    ['its end is not within', nine, 'Europe/Berlin', '2026-01-05T17:00Z', '2026-01-06T08:00Z'],
    ['Friday evening: on Monday', { ...nine, days: [1, 2, 3, 4, 5] }, 'UTC', '2026-01-09T20:00Z', '2026-01-12T09:00Z'],
    [
      'over midnight, on since yesterday',
      { from: '22:00', to: '02:00', days: [5] },
      'UTC',
      '2026-01-10T01:00Z',
      '2026-01-10T01:00Z',
    ],
    [
      'over midnight, not begun yesterday',
      { from: '22:00', to: '02:00', days: [6] },
      'UTC',
      '2026-01-10T01:00Z',
      '2026-01-10T22:00Z',
    ],
    ['the whole of a day', { from: '00:00', to: '24:00', days: [7] }, 'UTC', '2026-01-10T12:00Z', '2026-01-11T00:00Z'],
    [
      'the night the clock is put forward: an hour sooner',
      nine,
      'Europe/Berlin',
      '2026-03-28T20:00Z',
      '2026-03-29T07:00Z',
    ],
    [
      'begins in the hour that is left out: where that ends',
      { from: '02:30', to: '04:00' },
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-29T01:00Z',
    ],
    [
      'lies in the hour that is left out: the next day',
      { from: '02:00', to: '03:00' },
      'Europe/Berlin',
      '2026-03-29T00:00Z',
      '2026-03-30T00:00Z',
    ],
    [
      'the hour that comes twice: within twice',
      { from: '02:30', to: '02:45' },
      'Europe/Berlin',
      '2026-10-25T00:50Z',
      '2026-10-25T01:30Z',
    ],
    [
      'begun before the clock is put back into it',
      { from: '01:30', to: '02:30' },
      'Europe/Berlin',
      '2026-10-25T00:40Z',
      '2026-10-25T01:00Z',
    ],
    ['a day that a country left out', { ...nine, days: [5] }, 'Pacific/Apia', '2011-12-29T10:00Z', '2012-01-05T19:00Z'],
  ];
  for (const [what, w, z, at, expected] of cases) {
    test(what, () => assert.deepEqual(nextWithin(w, new Date(at), z), new Date(expected)));
  }
});

test('a window says what is wrong with it', () => {
  const wrong = (w: object) =>
    weeklyWindow.safeParse(w).error?.issues.map(({ path, message }) => `${path}: ${message}`);
  assert.deepEqual(wrong({ from: '9:00', to: '18:00' }), ['from: write a time of day like 09:00']);
  assert.deepEqual(wrong({ from: '09:00', to: '09:00' }), [
    'to: "to" is the same as "from": the whole day is 00:00 to 24:00',
  ]);
  assert.equal(wrong({ from: '24:00', to: '09:00' })?.length, 1);
  assert.equal(wrong({ from: '09:00', to: '10:00', days: [] })?.length, 1);
  assert.equal(wrong({ from: '09:00', to: '10:00', days: [0] })?.length, 1);
  assert.equal(wrong({ from: '22:00', to: '24:00', days: [7] }), undefined);
});

test('a person’s time zone is the one they were last seen in, if there is such a zone', () => {
  assert.equal(timezoneOf({ 'str::lt': 'Asia/Tokyo' }, 'UTC'), 'Asia/Tokyo');
  for (const value of ['Mars/Olympus', '', null, 9])
    assert.equal(timezoneOf({ 'str::lt': value }, 'Europe/Lisbon'), 'Europe/Lisbon');
  assert.equal(isTimezone('UTC'), true);
});
