import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lastWithin, nextAfter, problemWithSchedule } from './cron.ts';

describe('the moments of a schedule', () => {
  const cases: readonly [what: string, cron: string, timezone: string, after: string, moments: readonly string[]][] = [
    ['Mondays at nine', '0 9 * * 1', 'UTC', '2026-03-02T09:00:00Z', ['2026-03-09T09:00', '2026-03-16T09:00']],
    [
      'nine in New York stays nine when the clocks change',
      '0 9 * * *',
      'America/New_York',
      '2026-03-06T20:00:00Z',
      ['2026-03-07T14:00', '2026-03-08T13:00', '2026-03-09T13:00'],
    ],
    [
      'a time that the day leaves out comes right after the gap',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      ['2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'a time that the day has twice comes once',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'every half hour goes on every half hour',
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:00:00Z',
      ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00'],
    ],
    ['29 February', '0 9 29 2 *', 'UTC', '2026-03-02T00:00:00Z', ['2028-02-29T09:00', '2032-02-29T09:00']],
    ['the last day of the month', '0 9 L * *', 'UTC', '2026-01-30T10:00:00Z', ['2026-01-31T09:00', '2026-02-28T09:00']],
  ];
  for (const [what, cron, timezone, after, moments] of cases) {
    test(what, () => {
      const found: string[] = [];
      let at = new Date(after);
      for (const _ of moments) {
        at = nextAfter({ cron, timezone }, at)!;
        found.push(at.toISOString().slice(0, 16));
      }
      assert.deepEqual(found, moments);
    });
  }

  test('of those that were missed the last is found, and the others are counted', () => {
    const weekly = { cron: '0 9 * * 1', timezone: 'UTC' };
    const within = (from: string, to: string) => lastWithin(weekly, new Date(from), new Date(to));
    const monday = new Date('2026-03-09T09:00:00Z');
    assert.deepEqual(within('2026-03-09T09:00:00Z', '2026-03-09T09:00:00Z'), { at: monday, before: 0 });
    assert.deepEqual(within('2026-03-09T09:00:00Z', '2026-03-15T23:00:00Z'), { at: monday, before: 0 });
    assert.deepEqual(within('2026-02-16T09:00:00Z', '2026-03-09T09:00:00.001Z'), { at: monday, before: 3 });
    assert.equal(within('2026-03-09T09:00:00.001Z', '2026-03-15T23:00:00Z'), undefined);
    const often = lastWithin({ cron: '* * * * *', timezone: 'UTC' }, new Date('2026-03-02T00:00:00Z'), monday);
    assert.deepEqual(often, { at: monday, before: 1000 });
  });

  test('are refused in words where there are none, or where nobody can read them', () => {
    const problem = (cron: string) => problemWithSchedule({ cron, timezone: 'UTC' });
    assert.equal(problem('0 9 * * 1-5'), undefined);
    assert.equal(problem('0 9 * * MON#1'), undefined);
    assert.equal(problem('0 9 31 2 *'), '"0 9 31 2 *" never comes');
    assert.match(problem('61 * * * *')!, /"61 \* \* \* \*" can not be read: Invalid value for minute: 61/);
    assert.match(problem('a b c d e')!, /can not be read/);
  });
});
