import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spanOf, type Timeframe, timeframes } from './timeframe.ts';

/** From and to, as they are said. */
const span = (timeframe: Timeframe, now: string) => {
  const { from, to } = spanOf(timeframe, new Date(now));
  return [from?.toISOString().slice(0, 16), to?.toISOString().slice(0, 16)];
};

describe('time frames', () => {
  test('on a Sunday, the week began six days ago; on a Monday, today', () => {
    assert.deepEqual(span('this-week', '2026-11-22T10:30:00Z'), ['2026-11-16T00:00', undefined]);
    assert.deepEqual(span('this-week', '2026-11-23T00:00:00Z'), ['2026-11-23T00:00', undefined]);
  });

  test('quarters begin in January, April, July and October', () => {
    const begin = (now: string) => span('this-quarter', now)[0];
    assert.equal(begin('2026-03-31T23:59:59Z'), '2026-01-01T00:00');
    assert.equal(begin('2026-04-01T00:00:00Z'), '2026-04-01T00:00');
    assert.equal(begin('2026-12-31T12:00:00Z'), '2026-10-01T00:00');
  });

  test('the others', () => {
    const now = '2026-03-01T10:30:00Z';
    assert.deepEqual(
      timeframes.map((timeframe) => [timeframe, ...span(timeframe, now)]),
      [
        ['last-24-hours', '2026-02-28T10:30', undefined],
        ['last-7-days', '2026-02-22T10:30', undefined],
        ['last-30-days', '2026-01-30T10:30', undefined],
        ['today', '2026-03-01T00:00', undefined],
        ['yesterday', '2026-02-28T00:00', '2026-03-01T00:00'],
        ['this-week', '2026-02-23T00:00', undefined],
        ['this-month', '2026-03-01T00:00', undefined],
        ['this-quarter', '2026-01-01T00:00', undefined],
        ['this-year', '2026-01-01T00:00', undefined],
        ['all', undefined, undefined],
      ],
    );
  });
});
