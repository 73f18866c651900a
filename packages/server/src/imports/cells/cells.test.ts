import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DisplayType, Value } from '@tributary/model';
import fc from 'fast-check';
import type { CellFormat } from '../types.ts';
import { orderOf } from './dates.ts';
import { guarded, unguarded } from './formula.ts';
import { valueIn } from './kinds.ts';
import { cellOf } from './print.ts';

const read = (cell: string, type: DisplayType, format: CellFormat & { country?: string; timezone?: string } = {}) => {
  const found = valueIn(cell, type, { timezone: 'UTC', ...format });
  return 'error' in found ? found.error : found.value;
};

describe('a cell', () => {
  const cases: [DisplayType, string, Value | undefined, CellFormat?][] = [
    ['decimal', '1 234,56', 1_234_560],
    ['decimal', '1.234,56', 1_234_560],
    ['decimal', '1,234.56', 1_234_560],
    ['decimal', '1,234', 1_234_000],
    ['decimal', '1,234', 1234, { decimal: ',' }],
    ['decimal', '0,125', 125],
    ['currency', '€ 12.50', 12_500],
    ['currency', '-1 000 руб.', -1_000_000],
    ['decimal', '9007199254740.991', 9_007_199_254_740_991],
    ['decimal', '-9007199254740.991', -9_007_199_254_740_991],
    ['decimal', '562949953421.3125', 562_949_953_421_313],
    ['decimal', '562949953421313.001', '"562949953421313.001" is too large'],
    ['decimal', '1.0005', 1001],
    ['decimal', '0.9996', 1000],
    ['decimal', '-0.0001', 0],
    ['decimal', '.5', 500],
    ['decimal', `${'9'.repeat(400)}`, `"${'9'.repeat(400)}" is too large`],
    ['decimal', 'twelve', '"twelve" is not a number'],
    ['integer', '9007199254740991', 9_007_199_254_740_991],
    ['integer', '9007199254740991.4', '"9007199254740991.4" is not a whole number'],
    ['integer', '12.00', 12],
    ['integer', '1.5', '"1.5" is not a whole number'],
    ['integer', '1,000,000', 1_000_000],
    ['multi_select', 'VIP; Newsletter', ['VIP', 'Newsletter']],
    ['multi_select', '"VIP","News, weekly","a ""b"""', ['VIP', 'News, weekly', 'a "b"']],
    ['multi_select', '"VIP"', ['VIP']],
    ['multi_select', '"VIP" and more; 12"', ['"VIP" and more', '12"']],
    ['bool', 'ДА', true],
    ['bool', 'não', false],
    ['bool', 'maybe', '"maybe" is neither yes nor no'],
    ['date', '1990-02-03', { year: 1990, month: 2, day: 3 }],
    ['date', '03/02/1990', { year: 1990, month: 2, day: 3 }],
    ['date', '02/03/1990', { year: 1990, month: 2, day: 3 }, { order: 'mdy' }],
    ['date', '02/13/1990', { year: 1990, month: 2, day: 13 }],
    ['date', '3.2.90 12:00', { year: 1990, month: 2, day: 3 }],
    ['date', '31.02.1990', '"31.02.1990" is not a date'],
    ['time', '2024-03-01T10:30:00+02:00', '2024-03-01T10:30:00+02:00'],
    ['time', '1.3.2024 10:30', '2024-03-01T10:30:00.000Z'],
    ['time', '3/1/2024 1:30 PM', '2024-03-01T13:30:00.000Z', { order: 'mdy' }],
    ['time', '1709289000', '2024-03-01T10:30:00.000Z'],
    ['time', '0001-01-01 00:00', '0001-01-01T00:00:00.000Z'],
    ['time', '0050-06-01', '0050-06-01T00:00:00.000Z'],
    ['time', '0001-01-01 00:00 +01:00', '"0001-01-01 00:00 +01:00" is not a time'],
    ['time', '2025-02-30T00:00:00Z', '"2025-02-30T00:00:00Z" is not a time'],
    ['time', '9999-12-31T23:59:59-23:59', '"9999-12-31T23:59:59-23:59" is not a time'],
    ['date', '0000-02-03', '"0000-02-03" is not a date'],
    ['time', '25:00', '"25:00" is not a time'],
    ['multi_select', 'a; b;;c', ['a', 'b', 'c']],
    ['multi_select', 'a|b', ['a', 'b'], { separator: '|' }],
    ['geo', 'Lisboa', { name: 'Lisboa' }],
    ['object', '{"a":1}', { a: 1 }],
    ['object', 'a', '"a" is not an object in JSON'],
    ['phone', '+351 912 345 678', { c: '351', n: '912345678' }],
    ['phone', '912 345 678', { n: '912345678' }],
    ['phone', '+7912 3456789', { c: '7', n: '9123456789' }],
    ['phone', '+4670 1234567', { c: '46', n: '701234567' }],
    ['phone', '+336 12345678', { c: '33', n: '612345678' }],
    ['phone', '+1202 5550143', { c: '1', n: '2025550143' }],
    ['phone', '+4479 11123456', { c: '44', n: '7911123456' }],
    ['phone', '+351 912345678', { c: '351', n: '912345678' }],
    ['phone', '+800 12345678', { c: '800', n: '12345678' }],
    ['phone', '1.23457E+11', '"1.23457E+11" is a number that a spreadsheet has shortened: format the column as text'],
    ['phone', '3,51912E+11', '"3,51912E+11" is a number that a spreadsheet has shortened: format the column as text'],
    ['integer', '', undefined],
    ['integer', '  ', undefined],
    ['text', "'=1+1", '=1+1'],
    ['text', 'Jo\uFFFDo', 'a character can not be read: say the encoding when you send the file'],
  ];
  for (const [type, cell, value, format] of cases) {
    test(`${JSON.stringify(cell)} of type ${type}${format ? ` ${JSON.stringify(format)}` : ''} is ${JSON.stringify(value)}`, () => {
      assert.deepEqual(read(cell, type, format), value);
    });
  }

  test('with a phone number is of the country of the file, and refused where that has no such number', () => {
    assert.deepEqual(read('912 345 678', 'phone', { country: 'PT' }), { c: '351', n: '912345678' });
    assert.equal(read('12', 'phone', { country: 'PT' }), '"12" is not a phone number');
  });

  test('with a time is in the zone of the file, on both sides of a change of its clocks', () => {
    assert.equal(read('2026-03-28 12:00', 'time', { timezone: 'Europe/Lisbon' }), '2026-03-28T12:00:00.000Z');
    assert.equal(read('2026-03-30 12:00', 'time', { timezone: 'Europe/Lisbon' }), '2026-03-30T11:00:00.000Z');
    assert.equal(read('2026-11-24 12:00', 'time', { timezone: 'America/New_York' }), '2026-11-24T17:00:00.000Z');
  });

  test('tells of its column in which order day and month stand', () => {
    assert.equal(orderOf(['01/02/2024', '01/13/2024']), 'mdy');
    assert.equal(orderOf(['01/02/2024', '13/01/2024']), 'dmy');
    assert.equal(orderOf(['01.02.2024']), 'dmy');
    assert.equal(orderOf(['01/02/2024']), undefined);
  });

  const written: [DisplayType, Value, string][] = [
    ['object', { name: 'Lisbon' }, '{"name":"Lisbon"}'],
    ['object', { n: '555' }, '{"n":"555"}'],
    ['object', { name: 'A', n: '1' }, '{"name":"A","n":"1"}'],
    ['object', { c: '351', n: '912' }, '{"c":"351","n":"912"}'],
    ['object', { year: 2020 }, '{"year":2020}'],
    ['object', { year: 2020, month: 2, day: 3 }, '{"year":2020,"month":2,"day":3}'],
    ['date', { year: 990, month: 2, day: 3 }, '0990-02-03'],
    ['date', { year: 1990, month: 2, day: 3, timezone: '' }, '{"year":1990,"month":2,"day":3,"timezone":""}'],
    ['phone', { c: '351', n: '912' }, '+351 912'],
    ['phone', { n: '0912' }, '0912'],
    ['phone', { n: '912' }, '{"n":"912"}'],
    ['phone', { c: '999', n: '1' }, '{"c":"999","n":"1"}'],
    ['geo', { name: 'Lisbon' }, 'Lisbon'],
    ['geo', { name: 'Lisbon', id: 7 }, '{"name":"Lisbon","id":7}'],
    ['geo', { name: '' }, '{"name":""}'],
    ['multi_select', ['a', 'b'], 'a; b'],
    ['multi_select', ['a, b'], '["a, b"]'],
  ];
  for (const [type, value, cell] of written) {
    test(`of type ${type} is written of ${JSON.stringify(value)} as ${cell}, and read back`, () => {
      assert.equal(cellOf(value, type), cell);
      assert.deepEqual(read(cell, type), value);
    });
  }

  const text = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((given) => given.isWellFormed() && !given.includes('\uFFFD'));
  const year = fc.integer({ min: 1000, max: 9999 });
  const values: Record<string, [DisplayType, fc.Arbitrary<Value>]> = {
    text: ['text', text],
    'text of signs': [
      'text',
      fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', ' ', '1', '\t'), minLength: 1 }),
    ],
    'whole number': ['integer', fc.maxSafeInteger()],
    decimal: ['decimal', fc.maxSafeInteger()],
    bool: ['bool', fc.boolean()],
    date: ['date', fc.record({ year, month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) })],
    'date with a zone': [
      'date',
      fc.record({
        year,
        month: fc.constant(2),
        day: fc.constant(3),
        timezone: fc.constantFrom('Europe/Lisbon', 'UTC'),
      }),
    ],
    time: [
      'time',
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }).map((at) => at.toISOString()),
    ],
    phone: ['phone', fc.record({ c: fc.stringMatching(/^\d{1,4}$/), n: fc.string() })],
    'phone without a country': ['phone', fc.record({ n: fc.stringMatching(/^\d{1,20}$/) })],
    geo: ['geo', fc.record({ name: text, id: fc.nat() }, { requiredKeys: ['name'] })],
    list: ['multi_select', fc.array(text, { minLength: 1 })],
    object: ['object', fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Value>],
  };
  test('that begins as a formula does, or as one does where signs are wide, is guarded; a number or a phone is not', () => {
    for (const cell of ['=1+1', '+a', '-a', '@a', '\t=1', '\r=1', '\n=1', '＝1+1', '＋a', '－a', '＠a', "'＝1"]) {
      assert.equal(guarded(cell), `'${cell}`);
      assert.equal(unguarded(guarded(cell)), cell);
    }
    for (const cell of ['-12.5', '+351 912 345 678', 'a=1', "'a"]) assert.equal(guarded(cell), cell);
  });

  test('of a list whose values stand in quotes is read back with them', () => {
    for (const value of [['"VIP"'], ['"a"', '"b"'], ['a', '"b"']])
      assert.deepEqual(read(cellOf(value, 'multi_select'), 'multi_select'), value);
  });

  for (const [what, [type, values_]] of Object.entries(values)) {
    test(`that is written of any ${what}, guarded or not, is read back as the same`, () => {
      fc.assert(
        fc.property(values_, (made) => {
          // Without the null prototype of what is made at random.
          const value = JSON.parse(JSON.stringify(made)) as Value;
          const cell = cellOf(value, type);
          assert.deepEqual(read(guarded(cell), type), value);
          assert.equal(unguarded(guarded(cell)), cell);
        }),
        { numRuns: 200 },
      );
    });
  }
});
