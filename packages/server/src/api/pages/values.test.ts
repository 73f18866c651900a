import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameIn, shown } from './values.ts';

test('values are shown as people read them, and whatever an object holds is shown', () => {
  for (const [value, id, type, text] of [
    [{ day: 3, month: 5, year: 1990, timezone: 'Europe/Lisbon' }, 'dtz::b', 'date', '3 May 1990'],
    [{ day: 1, month: 2, year: 33 }, 'dtz:cm:x', 'date', '1 February 33'],
    ['2026-11-20T10:00:00Z', 'tme:cm:x', 'time', '20 Nov 2026, 10:00:00 UTC'],
    ['soon', 'tme:cm:x', 'time', 'soon'],
    [1234567, 'int:cm:count', 'integer', '1,234,567'],
    [1990, 'int:cm:year', 'integer', '1990'],
    [6120001, 'int:cm:deal-id', 'integer', '6120001'],
    [1234500, 'int:cm:value', 'currency', '1,234.5'],
    [true, 'bol::p', 'bool', 'yes'],
    [['a', 'b'], 'sst:cm:x', 'multi_select', 'a, b'],
    [{ c: '351', n: '912' }, 'phn::phone', 'phone', '+351 912'],
    [{ n: '912' }, 'phn::phone', 'phone', '912'],
    [{ name: 'Lisboa' }, 'geo::city', 'geo', 'Lisboa'],
    [{ name: { toString: 1 } }, 'obj:cm:x', 'object', '{"name":{"toString":1}}'],
    [{ n: { a: 1 }, c: [] }, 'obj:cm:x', 'object', '{"n":{"a":1},"c":[]}'],
    [{ toString: 1, toJSON: 2 }, 'obj:cm:x', 'object', '{"toString":1,"toJSON":2}'],
    [{ year: 1e9, month: 1, day: 1 }, 'obj:cm:x', 'object', '{"year":1000000000,"month":1,"day":1}'],
  ] as const)
    assert.equal(shown(value, id, type), text);
  assert.equal(nameIn('str:cm:deal-stage'), 'Deal stage');
});
