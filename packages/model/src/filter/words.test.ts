import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from './filter.ts';
import { operatorNames } from './operators/index.ts';
import { problemsWithFilter } from './problems.ts';
import { filterInWords, type Names } from './words.ts';

const names: Names = {
  field: (id) => ({ 'str:cm:segment': 'Segment' })[id],
  activity: (id) => ({ 'act::o': 'Opened email' })[id],
  attribute: (_activity, id) => ({ 'str::jsi': 'Shape ID', 'str:cm:lead-id': 'Lead id' })[id],
  group: (id) => (id === '0'.repeat(24) ? 'Customers' : undefined),
};

const table: [words: string, filter: Filter][] = [
  ['everybody', {}],
  ['nobody', { $or: [] }],
  ['Segment has a value', { $has_any_value: { field_id: 'str:cm:segment' } }],
  ['Segment has no value', { $has_no_value: { field_id: 'str:cm:segment' } }],
  ['Segment is “SaaS”', { '$str::is': { field_id: 'str:cm:segment', value: 'SaaS' } }],
  ['Segment is not “SaaS”', { '$str::is_not': { field_id: 'str:cm:segment', value: 'SaaS' } }],
  ['str::first does not contain “x”', { '$str::does_not_contains': { field_id: 'str::first', value: 'x' } }],
  ['int::e is more than 20', { '$int::greater_than': { field_id: 'int::e', value: 20 } }],
  ['int::e is not from 1 to 5', { '$int::not_between': { field_id: 'int::e', min: 1, max: 5 } }],
  [
    'int::e is less than 3 (nothing counts as 0)',
    { '$int::less_than': { field_id: 'int::e', value: 3, not_existing_as_zero: true } },
  ],
  ['bol::p is yes', { '$bol::is': { field_id: 'bol::p', value: true } }],
  ['tags contains one of “A”, “b”', { '$str::set_contains_any': { field_id: 'tags', value: ['A', 'b'] } }],
  ['tags does not contain one of “A”', { '$str::set_does_not_contains': { field_id: 'tags', value: 'A' } }],
  ['tags has exactly 2 items', { '$str::set_has_exactly': { field_id: 'tags', value: 2 } }],
  ['l is more than 30 days ago', { '$tme::relative_more_than': { field_id: 'l', days_ago: 30 } }],
  ['l is at most 30 days ago', { '$tme::relative_less_than': { field_id: 'l', days_ago: 30 } }],
  [
    'dtz:cm:renewal is in 30 days (Europe/Lisbon)',
    { '$dtz::occurs_in': { field_id: 'dtz:cm:renewal', days: 30, timezone: 'Europe/Lisbon' } },
  ],
  ['dtz::b has its anniversary today', { '$dtz::anniversary': { field_id: 'dtz::b', days: 0 } }],
  ['dtz::b is 18 years ago or earlier', { '$dtz::age_more_than': { field_id: 'dtz::b', years: 17 } }],
  ['phn::phone begins with +351', { '$phn::starts': { field_id: 'phn::phone', value: '351' } }],
  ['phn::phone is +351912345678', { '$phn::iis': { field_id: 'phn::phone', value: '00351 912 345 678' } }],
  ['is in the audience “Customers”', { $is_member_of: { audience_id: '0'.repeat(24) } }],
  ['“Opened email” occurred', { '$act::has_occurred': { field_id: 'act::o' } }],
  [
    '“Opened email” occurred at least twice in the last 7 days where Shape ID is “first”',
    {
      '$act::has_occurred': {
        field_id: 'act::o',
        count: { at_least: 2 },
        timeframe: { type: 'last-7-days' },
        filter: { '$str::is': { field_id: 'str::jsi', value: 'first' } },
      },
    },
  ],
  [
    '“act:cm:x” did not occur about the same Lead id at any time in the past',
    { '$act::has_not_occurred': { field_id: 'act:cm:x', same: ['str:cm:lead-id'], ever: true } },
  ],
  ['the last “Opened email” was one today', { '$act::last': { field_id: 'act::o', timeframe: { type: 'today' } } }],
  [
    'Segment has a value, and (bol::p is yes, or bol::sp is yes)',
    {
      $and: [
        { $has_any_value: { field_id: 'str:cm:segment' } },
        {
          $or: [
            { '$bol::is': { field_id: 'bol::p', value: true } },
            { '$bol::is': { field_id: 'bol::sp', value: true } },
          ],
        },
      ],
    },
  ],
];

describe('a filter in words', () => {
  for (const [words, filter] of table) {
    test(words, () => {
      assert.deepEqual(problemsWithFilter(filter), []);
      assert.equal(filterInWords(filter, names), words);
    });
  }

  test('every operator has words of its own: none is shown by its name', () => {
    const parts = [
      { min: 1, max: 2 },
      { from: 'a', to: 'b' },
      { from: '2026-01-01', to: '2026-02-01' },
    ];
    const body = { field_id: 'x:cm:y', days_ago: 2, days: 2, years: 2 };
    const values = [
      'a',
      ['PT'],
      1,
      true,
      '2026-01-31',
      '351',
      { latitude: 1, longitude: 1, radius: 1 },
      '00'.repeat(12),
    ];
    for (const operator of operatorNames) {
      const isActivity = operator.startsWith('$act');
      const field_id = isActivity ? 'act::o' : 'x:cm:y';
      const bodies = isActivity
        ? [{ field_id }]
        : [...parts, ...values.map((value) => ({ value }))].map((each) => ({ ...body, ...each }));
      const right = bodies
        .map((each): Filter => ({ [operator]: each }))
        .filter((f) => problemsWithFilter(f).length === 0);
      assert.ok(right.length > 0, operator);
      for (const filter of right) assert.doesNotMatch(filterInWords(filter), /\$|undefined|NaN|\[object/, operator);
    }
  });
});
