import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duration, durationMs } from './duration.ts';

test('the parts of a duration add up', () => {
  assert.equal(durationMs({ days: 2 }), 172_800_000);
  assert.equal(durationMs({ days: 1, hours: 2, minutes: 3, seconds: 4 }), 93_784_000);
  assert.equal(durationMs({ minutes: 1.5 }), 90_000);
  assert.equal(durationMs({}), 0);
});

test('a day is 24 hours, an hour 60 minutes, a minute 60 seconds', () => {
  fc.assert(
    fc.property(fc.nat(1000), (n) => {
      assert.equal(durationMs({ days: n }), durationMs({ hours: n * 24 }));
      assert.equal(durationMs({ hours: n }), durationMs({ minutes: n * 60 }));
      assert.equal(durationMs({ minutes: n }), durationMs({ seconds: n * 60 }));
    }),
  );
});

test('nothing, less than nothing, ages and unknown parts are no duration', () => {
  const problem = (input: unknown): string | undefined => duration.safeParse(input).error?.issues[0]?.message;
  assert.equal(problem({}), 'a duration is longer than nothing');
  assert.equal(problem({ days: 0, hours: 0 }), 'a duration is longer than nothing');
  assert.equal(problem({ days: 3650 }), undefined);
  assert.equal(problem({ days: 3650, seconds: 1 }), 'a duration is at most ten years');
  assert.match(problem({ days: 1, hours: -1 }) ?? '', />=0/);
  assert.match(problem({ weeks: 1 }) ?? '', /weeks/);
  assert.match(problem({ days: '2' }) ?? '', /number/);
});
