import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isLargerThan, isStorable, jsonBytes, problemWithValue, type Value } from './value.ts';

const right: [prefix: string, ...values: Value[]][] = [
  ['str', '', 'Anna', 'Анна', 'x'.repeat(255), '🦊'.repeat(255)],
  ['txt', 'x'.repeat(4000)],
  ['int', 0, -1, 15_300, Number.MAX_SAFE_INTEGER],
  ['bol', true, false],
  ['dtz', { year: 1980, month: 3, day: 4, timezone: 'Australia/Sydney' }, { year: 2024, month: 2, day: 29 }],
  ['dtz', { year: 50, month: 1, day: 1 }, { year: 4, month: 2, day: 29 }],
  ['dtz', { year: 1, month: 1, day: 1 }, { year: 9999, month: 12, day: 31 }],
  ['tme', '2025-10-15T14:30:00Z', '2025-10-15T14:30:00.123+02:00', '2024-02-29T00:00:00Z'],
  ['tme', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00-12:00', '9999-12-31T23:59:59.999Z'],
  ['phn', { c: '61', n: '401234567' }, { n: '401234567' }, { phone: '61401234567', parse_with_country_code: true }],
  ['geo', { name: 'Melbourne' }, { name: 'Melbourne', id: 1, lat: -37_000_000, lng: 144_000_000 }],
  ['sst', [], ['a', 'b']],
  ['obj', {}, { a: { b: [1, 'c', null] } }, { a: '\\u0000' }],
  ['idt', '006913c5b700000000123400'],
];

const wrong: [prefix: string, value: Value, problem: RegExp][] = [
  ['str', 5, /expected a string/],
  ['str', 'x'.repeat(256), /longer than 255 characters/],
  ['str', 'a\0b', /U\+0000/],
  ['str', 'half a fox \ud83e', /half a surrogate pair/],
  ['txt', 'x'.repeat(4001), /longer than 4000 characters/],
  ['int', 1.5, /expected an integer/],
  ['int', 2 ** 53, /expected an integer/],
  ['int', '5', /expected an integer/],
  ['bol', 'true', /true or false/],
  ['dtz', { year: 2025, month: 2, day: 29 }, /no such day/],
  ['dtz', { year: 2025, month: 13, day: 1 }, /no such day/],
  ['dtz', { year: 0, month: 2, day: 29 }, /expected a year from 1 to 9999/],
  ['dtz', { year: 10_000, month: 1, day: 1 }, /expected a year from 1 to 9999/],
  ['dtz', { year: 2025, month: 1 }, /whole numbers/],
  ['dtz', '2025-01-01', /expected \{"year"/],
  ['dtz', { year: 2025, month: 1, day: 1, timezone: 'a\0' }, /U\+0000/],
  ['tme', '2025-10-15', /RFC 3339/],
  ['tme', '2025-13-15T14:30:00Z', /RFC 3339/],
  ['tme', 1_760_000_000, /RFC 3339/],
  ['tme', '2025-02-30T00:00:00Z', /no such day/],
  ['tme', '2025-04-31T00:00:00+02:00', /no such day/],
  ['tme', '0000-01-01T00:00:00Z', /years 1 to 9999 of UTC/],
  ['tme', '0001-01-01T00:00:00+01:00', /years 1 to 9999 of UTC/],
  ['tme', '9999-12-31T23:59:59-23:59', /years 1 to 9999 of UTC/],
  ['phn', '61401234567', /\{"c","n"\}/],
  ['phn', { c: '61' }, /\{"c","n"\}/],
  ['geo', 'Melbourne', /\{"name"\}/],
  ['sst', 'a', /list of strings/],
  ['sst', ['a', 1] as unknown as string[], /list of strings/],
  ['sst', ['a\0'], /U\+0000/],
  ['obj', ['a'], /expected an object/],
  ['obj', { a: 'x'.repeat(15_000) }, /larger than 15000 bytes/],
  ['obj', { a: 'ж'.repeat(8_000) }, /larger than 15000 bytes/],
  ['obj', { 'a\0': 1 }, /U\+0000/],
  ['obj', { a: [{ b: '\0' }] }, /U\+0000/],
  ['idt', 'x'.repeat(65), /longer than 64/],
  ['u4s', [], /can not be written/],
  ['constructor', 'x', /can not be written/],
];

describe('values', () => {
  test('every type takes what Ortto documents for it', () => {
    for (const [prefix, ...values] of right) {
      for (const value of values)
        assert.equal(problemWithValue(prefix, value), undefined, `${prefix} ${JSON.stringify(value)}`);
    }
  });

  test('and says of anything else what it expected', () => {
    for (const [prefix, value, problem] of wrong) {
      assert.match(problemWithValue(prefix, value) ?? 'right', problem, `${prefix} ${JSON.stringify(value)}`);
    }
  });

  test('null is right everywhere: it clears', () => {
    for (const [prefix] of right) assert.equal(problemWithValue(prefix, null), undefined);
  });

  test('a text is storable exactly when it survives the way to the database and back', () => {
    // Both halves of a fox among them, which make one when they meet.
    const unit = fc.constantFrom('a', 'ж', '\0', '\ud83e', '\udd8a', '🦊');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 4 }), (text) => {
        const survives = Buffer.from(text, 'utf8').toString('utf8') === text && !text.includes('\0');
        assert.equal(isStorable(text), survives);
        assert.equal(isStorable([{ [text]: 1 }, text]), survives);
        assert.equal(isStorable({ a: [text] }), survives);
      }),
    );
    assert.equal(isStorable([undefined, 1, null, true]), true);
  });

  test('sizes are counted in bytes, as they travel', () => {
    assert.equal(jsonBytes({ a: 'ж' }), 10);
    assert.equal(jsonBytes({}), 2);
    assert.equal(isLargerThan(9, { a: 'ж' }), true);
    assert.equal(isLargerThan(10, { a: 'ж' }), false);
  });
});
