import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KommoField } from './records.ts';
import { express, type Given } from './values.ts';

const field = (type: string, options?: string[]): KommoField => ({
  ...{ id: 1, name: 'F', type, code: null },
  enums: options?.map((value, i) => ({ id: 501 + i, value, sort: i, code: null })) ?? null,
});
const segments = ['Start-up', 'Mid-market', 'Big, very big'];
const noon = Date.UTC(2026, 11, 24, 12) / 1000;
const ten = Date.UTC(2026, 11, 24, 10) / 1000;

describe('a value that people give, as a field of Kommo’s takes it', () => {
  const taken: [KommoField, Given, unknown[]][] = [
    [field('text'), 'x', [{ value: 'x' }]],
    [field('text'), 7, [{ value: '7' }]],
    [field('textarea'), 'a\nb', [{ value: 'a\nb' }]],
    [field('url'), 'https://a.b', [{ value: 'https://a.b' }]],
    [field('numeric'), ' 12.50 ', [{ value: '12.5' }]],
    [field('numeric'), -3, [{ value: '-3' }]],
    [field('monetary'), '12500', [{ value: '12500' }]],
    [field('checkbox'), true, [{ value: true }]],
    [field('checkbox'), 'No', [{ value: false }]],
    [field('checkbox'), '1', [{ value: true }]],
    [field('date'), '2026-12-24', [{ value: noon }]],
    [field('birthday'), '2024-02-29', [{ value: Date.UTC(2024, 1, 29, 12) / 1000 }]],
    [field('date_time'), '2026-12-24T10:00:00Z', [{ value: ten }]],
    [field('date_time'), '2026-12-24 11:00+0100', [{ value: ten }]],
    [field('date_time'), '2026-12-24T10:00:00.750', [{ value: ten }]],
    [field('date'), 1_790_000_000, [{ value: 1_790_000_000 }]],
    [field('date'), '1790000000', [{ value: 1_790_000_000 }]],
    [field('select', segments), ' mid-MARKET ', [{ enum_id: 502 }]],
    [field('select', segments), 503, [{ enum_id: 503 }]],
    [field('radiobutton', segments), 'Start-up', [{ enum_id: 501 }]],
    [field('multiselect', segments), 'Start-up, mid-market, start-up', [{ enum_id: 501 }, { enum_id: 502 }]],
    [field('multiselect', segments), 'Big, very big', [{ enum_id: 503 }]],
    // An option whose text is a number is meant before an id is.
    [field('select', ['502', 'x']), '502', [{ enum_id: 501 }]],
  ];
  for (const [of, given, values] of taken) {
    test(`${of.type}: ${JSON.stringify(given)}`, () => assert.deepEqual(express(of, given), { values }));
  }

  const refused: [KommoField, Given, string][] = [
    [field('numeric'), 'many', 'holds numbers, such as 12500 or 12.5; “many” is not'],
    [field('numeric'), '1,250', 'holds numbers, such as 12500 or 12.5; “1,250” is not'],
    [field('checkbox'), 'perhaps', 'is a checkbox: true or false; “perhaps” is not'],
    [field('date'), '24.12.2026', 'holds dates, such as 2026-12-24 or 2026-12-24T10:00:00Z; “24.12.2026” is not'],
    [field('date'), '2026-02-30', 'holds dates, such as 2026-12-24 or 2026-12-24T10:00:00Z; “2026-02-30” is not'],
    [field('date'), true, 'holds dates, such as 2026-12-24 or 2026-12-24T10:00:00Z; “true” is not'],
    [field('date'), '2026-13-01', 'holds dates, such as 2026-12-24 or 2026-12-24T10:00:00Z; “2026-13-01” is not'],
    [field('select', ['A', 'B']), 'C', 'has no option “C”; it has “A”, “B”'],
    [field('multiselect', ['A', 'B']), 'A, C', 'has no option “C”; it has “A”, “B”'],
    [field('multiselect', ['A']), ' , ', 'needs an option at least; “,” is not'],
    [field('select'), 'x'.repeat(80), `has no option “${'x'.repeat(60)}…”; it has none`],
    [field('multitext'), 'a@b.c', 'is of the type multitext, which is not written from here'],
    [field('constructor'), 'x', 'is of the type constructor, which is not written from here'],
  ];
  for (const [of, given, why] of refused) {
    test(`${of.type} is not ${JSON.stringify(given).slice(0, 40)}`, () =>
      assert.deepEqual(express(of, given), { why }));
  }
});
