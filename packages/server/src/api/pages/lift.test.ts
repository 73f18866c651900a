import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liftInWords } from './lift.ts';

test('what a journey adds is told with its sign said once', () => {
  for (const [value, low, high, words] of [
    [
      ...[0.197, 0.004, 0.321],
      'The journey helps: the share that reaches the goal is 19.7 points higher than among those held out. The true difference is between +0.4 and +32.1 points.',
    ],
    [
      ...[-0.05, -0.09, -0.01],
      'The journey harms: the share that reaches the goal is 5.0 points lower than among those held out. The true difference is between −9.0 and −1.0 points.',
    ],
    [
      ...[0, -0.215, 0.0001],
      'It can not be told yet whether the journey helps: the share that reaches the goal is 0.0 points higher than among those held out. The true difference is between −21.5 and 0.0 points.',
    ],
  ] as [number, number, number, string][])
    assert.equal(liftInWords({ value, low, high }), words);
  assert.equal(liftInWords(undefined), 'No one was held out, so there is nothing to compare with.');
});
