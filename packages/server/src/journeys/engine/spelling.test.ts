import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spelling } from './spelling.ts';

test('a value is spelled alike however it was written, and another one otherwise', () => {
  const day = { year: 2026, month: 3, day: 2, timezone: 'UTC' };
  assert.equal(spelling('dtz:cm:on', day), spelling('dtz:cm:on', { timezone: 'UTC', day: 2, month: 3, year: 2026 }));
  assert.notEqual(spelling('dtz:cm:on', day), spelling('dtz:cm:on', { ...day, day: 3 }));
  assert.equal(spelling('tme:cm:at', '2026-03-02T09:00:00+01:00'), '2026-03-02T08:00:00Z');
  assert.equal(spelling('tme:cm:at', '2026-03-02T08:00:00.000Z'), '2026-03-02T08:00:00Z');
  const large = (last: string) => spelling('obj:cm:o', { text: 'x'.repeat(9000), last });
  assert.equal(large('a'), large('a'));
  assert.notEqual(large('a'), large('b'));
  assert.ok(large('a').length < 100);
  assert.notEqual(spelling('sst:cm:set', ['a,b']), spelling('sst:cm:set', ['a', 'b']));
});

test('a text that the index of runs would not take is shortened, by its bytes, and one that it takes is not', () => {
  const long = (last: string) => spelling('txt:cm:ref', `${'я'.repeat(1500)}${last}`);
  assert.equal(long('a'), long('a'));
  assert.notEqual(long('a'), long('b'));
  assert.ok(long('a').length < 100);
  assert.ok(spelling('tme:cm:at', 'x'.repeat(3000)).length < 100);
  const largest = '💧'.repeat(255);
  assert.equal(spelling('str:cm:ref', largest), largest);
});

test('texts and numbers are spelled as they are: runs have them as their keys', () => {
  const time = '2026-03-02T09:00:00+01:00';
  assert.deepEqual(
    [spelling('str:cm:a', time), spelling('int:cm:a', 42), spelling('bol:cm:a', true), spelling('str:cm:a', undefined)],
    [time, '42', 'true', ''],
  );
});
