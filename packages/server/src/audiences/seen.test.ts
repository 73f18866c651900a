import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '@tributary/model';
import type { PeopleRecorded } from '../people/index.ts';
import { concerned } from './concerned.ts';
import { conditionsOnLastSeen } from './seen.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const at = (iso: string): number => Date.parse(iso);

/** Whether somebody who was seen again is to be judged by an audience with that filter. */
function isJudged(filter: Filter, seen: Pick<PeopleRecorded, 'seen' | 'fields'>, fields = ['l']): boolean {
  const audience = {
    id: 1,
    fields: new Set(fields),
    activities: new Set<string>(),
    subscribers: false,
    journeys: new Set<string>(),
    lastSeen: conditionsOnLastSeen(filter),
  };
  const activity = { id: '1', personId: '9', activityId: 'act:cm:looked', at: NOW.toISOString() };
  return concerned([audience], [{ workspaceId: 1, activities: [activity], changed: [], ...seen }], NOW).asked.size > 0;
}

const again = (before: string | null, after: string) => ({
  fields: ['f', 'l'],
  seen: [['9', before === null ? null : at(before), at(after)] as [string, number | null, number]],
});
const long = { '$tme::relative_more_than': { field_id: 'l', days_ago: 30, timezone: 'UTC' } };
const lately = { '$tme::relative_less_than': { field_id: 'l', days_ago: 30, timezone: 'UTC' } };
const since = { '$tme::absolute_after': { field_id: 'l', value: '2026-11-24T23:30:00Z', timezone: 'UTC' } };
const pro = { '$str::is': { field_id: 'str:cm:plan', value: 'pro' } };

describe('who is seen again', () => {
  const cases: [string, Filter, string | null, string, boolean][] = [
    ['an hour after the last time', long, '2026-11-25T11:00:00Z', '2026-11-25T12:00:00Z', false],
    ['an hour after the last time', lately, '2026-11-25T11:00:00Z', '2026-11-25T12:00:00Z', false],
    ['after forty days', long, '2026-10-16T12:00:00Z', '2026-11-25T12:00:00Z', true],
    ['after forty days', lately, '2026-10-16T12:00:00Z', '2026-11-25T12:00:00Z', true],
    ['after forty days, as is told only now', lately, '2026-10-01T12:00:00Z', '2026-10-02T12:00:00Z', false],
    ['for the first time', lately, null, '2026-11-25T12:00:00Z', true],
    ['across the moment of the filter', since, '2026-11-24T23:00:00Z', '2026-11-25T12:00:00Z', true],
    ['one of two conditions turns', { $or: [long, pro] }, '2026-10-16T12:00:00Z', '2026-11-25T12:00:00Z', true],
    ['neither of two turns', { $or: [long, pro] }, '2026-11-20T12:00:00Z', '2026-11-25T12:00:00Z', false],
  ];
  for (const [what, filter, before, after, judged] of cases)
    test(`${what}, by ${JSON.stringify(filter)}: ${judged ? 'judged' : 'not judged'}`, () => {
      assert.equal(isJudged(filter, again(before, after)), judged);
    });

  test('an audience that asks only when somebody was seen first judges whose first time moved, too', () => {
    const first = { '$tme::relative_less_than': { field_id: 'f', days_ago: 30, timezone: 'UTC' } };
    assert.equal(isJudged(first, again(null, '2026-11-25T12:00:00Z'), ['f']), true);
    assert.equal(isJudged(first, again('2026-11-25T11:00:00Z', '2026-11-25T12:00:00Z'), ['f']), false);
  });

  test('news that was left by an earlier version judges whoever did something', () => {
    assert.equal(isJudged(long, { fields: ['f', 'l'] }), true);
    assert.equal(isJudged(pro, { fields: ['f', 'l'] }, ['str:cm:plan']), false);
  });
});
