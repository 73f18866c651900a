import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fields, ShapeOf } from '@tributary/model';
import { moment } from '../test/support.ts';
import { delay } from './delay.ts';

type Delay = Omit<ShapeOf<'delay'>, 'kind' | 'next'>;

/** Until when it keeps somebody who came at a moment; "goes" where it does not. */
function keeps(
  parts: Delay,
  arrived: string,
  more: { fields?: Fields; entry?: Fields; timezone?: string; now?: string } = {},
): string {
  const at = new Date(arrived);
  const now = new Date(more.now ?? arrived);
  const move = delay({ kind: 'delay', next: 'n', ...parts }, moment({ ...more, now, arrived: at }));
  return move.do === 'wait' ? move.until!.toISOString().replace(':00.000Z', 'Z') : 'goes';
}

const renewal = { field: 'dtz:cm:renewal', of: 'person', days: 0, timezone: 'person' } as const;
const on = (year: number, month: number, day: number): Fields => ({
  'dtz:cm:renewal': { year, month, day, timezone: 'UTC' },
});
const nine = { from: '09:00', to: '17:00', timezone: 'person' } as const;
const weekdays = { ...nine, days: [1, 2, 3, 4, 5] };

describe('a delay until a date', () => {
  const table: [what: string, found: () => string, expected: string][] = [
    [
      'begins with its day',
      () => keeps({ until: renewal }, '2026-03-02T08:00Z', { fields: on(2026, 3, 10) }),
      '2026-03-10T00:00Z',
    ],
    [
      'in the zone of the person',
      () => keeps({ until: renewal }, '2026-03-02T08:00Z', { fields: on(2026, 3, 10), timezone: 'Asia/Tokyo' }),
      '2026-03-09T15:00Z',
    ],
    [
      'days before it, at a time of day',
      () => keeps({ until: { ...renewal, days: -3, at: '09:30' } }, '2026-03-02T08:00Z', { fields: on(2026, 3, 10) }),
      '2026-03-07T09:30Z',
    ],
    [
      'three days before the first of March, in a leap year',
      () => keeps({ until: { ...renewal, days: -1 } }, '2028-02-02T08:00Z', { fields: on(2028, 3, 1) }),
      '2028-02-29T00:00Z',
    ],
    [
      'that is past is no wait',
      () => keeps({ until: renewal }, '2026-03-02T08:00Z', { fields: on(2026, 3, 1) }),
      'goes',
    ],
    ['that is not known is no wait', () => keeps({ until: renewal }, '2026-03-02T08:00Z'), 'goes'],
    [
      'that is no date is no wait',
      () =>
        keeps({ until: { ...renewal, field: 'str::name' } }, '2026-03-02T08:00Z', { fields: { 'str::name': 'soon' } }),
      'goes',
    ],
    [
      'of what started the run',
      () =>
        keeps({ until: { ...renewal, field: 'tme:cm:starts', of: 'entry', days: -1 } }, '2026-03-02T08:00Z', {
          entry: { 'tme:cm:starts': '2026-03-20T15:30:00Z' },
        }),
      '2026-03-19T15:30Z',
    ],
    [
      'keeps the time of day over a change of the clock: 15:30 in Berlin is an hour earlier in summer',
      () =>
        keeps({ until: { ...renewal, field: 'tme:cm:starts', of: 'entry', days: 7 } }, '2026-03-02T08:00Z', {
          entry: { 'tme:cm:starts': '2026-03-27T14:30:00Z' },
          timezone: 'Europe/Berlin',
        }),
      '2026-04-03T13:30Z',
    ],
    [
      'in the hour that is left out comes after it',
      () =>
        keeps({ until: { ...renewal, at: '02:30' } }, '2026-03-02T08:00Z', {
          fields: on(2026, 3, 29),
          timezone: 'Europe/Berlin',
        }),
      '2026-03-29T01:30Z',
    ],
  ];
  for (const [what, found, expected] of table) test(what, () => assert.equal(found(), expected));
});

describe('a delay until the right time of the week', () => {
  const table: [what: string, found: () => string, expected: string][] = [
    ['is none within it', () => keeps({ within: nine }, '2026-03-02T10:00Z'), 'goes'],
    ['waits for the morning', () => keeps({ within: nine }, '2026-03-02T20:00Z'), '2026-03-03T09:00Z'],
    ['waits for Monday', () => keeps({ within: weekdays }, '2026-03-06T20:00Z'), '2026-03-09T09:00Z'],
    [
      'on the clock of the person',
      () => keeps({ within: nine }, '2026-03-02T10:00Z', { timezone: 'America/New_York' }),
      '2026-03-02T14:00Z',
    ],
    [
      'after the time that comes before it',
      () => keeps({ for: { days: 2 }, within: weekdays }, '2026-03-05T12:00Z'),
      '2026-03-09T09:00Z',
    ],
    [
      'after the date that comes before it',
      () => keeps({ until: renewal, within: nine }, '2026-03-02T12:00Z', { fields: on(2026, 3, 10) }),
      '2026-03-10T09:00Z',
    ],
    [
      'also where it ended in the night, because somebody was held past it',
      () => keeps({ for: { days: 2 }, within: nine }, '2026-03-02T12:00Z', { now: '2026-03-10T23:47Z' }),
      '2026-03-11T09:00Z',
    ],
    [
      'is none within it, however late',
      () => keeps({ for: { days: 2 }, within: nine }, '2026-03-02T12:00Z', { now: '2026-03-10T10:47Z' }),
      'goes',
    ],
  ];
  for (const [what, found, expected] of table) test(what, () => assert.equal(found(), expected));
});
