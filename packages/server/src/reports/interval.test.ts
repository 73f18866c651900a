import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference, proportion } from './interval.ts';

const round = (n: number): number => Math.round(n * 10_000) / 10_000;

test('the share of nobody is not a number', () => {
  assert.equal(proportion(0, 0), undefined);
});

// Newcombe, "Interval estimation for the difference between independent proportions" (1998), table II, case (a).
test('56 of 70 against 48 of 80 is 0.20, between 0.0524 and 0.3339', () => {
  const d = difference(proportion(56, 70)!, proportion(48, 80)!);
  assert.deepEqual([d.value, d.low, d.high].map(round), [0.2, 0.0524, 0.3339]);
});

test('none of ten can still be up to 28 in a hundred', () => {
  const p = proportion(0, 10)!;
  assert.deepEqual([p.value, p.low, round(p.high)], [0, 0, 0.2775]);
});
