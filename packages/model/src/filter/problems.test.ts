import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Filter } from './filter.ts';
import { matches } from './matches.ts';
import { problemsWithFilter } from './problems.ts';

const is = { '$str::is': { field_id: 'str::first', value: 'Anna' } };
const opened = { '$act::has_occurred': { field_id: 'act::o' } };
const times = (n: number, part: Filter): Filter => ({ $and: Array.from({ length: n }, () => part) });
const nested = (levels: number): Filter => (levels === 0 ? is : { $and: [nested(levels - 1)] });

describe('what is wrong with a filter', () => {
  test('nothing, where it is as Ortto stores one', () => {
    assert.deepEqual(problemsWithFilter({}), []);
    assert.deepEqual(
      problemsWithFilter({ $and: [{ $or: [is, opened] }, { $has_no_value: { field_id: 'str::last' } }] }),
      [],
    );
    const lately = { field_id: 'act::o', timeframe: { type: 'last-7-days' }, timezone: 'Italy' };
    assert.deepEqual(problemsWithFilter({ '$act::has_occurred': lately }), [], 'where a time zone plays no part');
    const audience = { field_id: 'idt::a', value: '6b07bf9e0000000000000001' };
    assert.deepEqual(problemsWithFilter({ $id_is: audience }), []);
  });

  const table: [what: string, filter: unknown, at: string, problem: string][] = [
    [
      'a day in a time zone that there is not',
      { '$act::has_occurred': { field_id: 'act::o', timeframe: { type: 'this-week' }, timezone: 'Italy' } },
      'f.$act::has_occurred.timezone',
      'there is no time zone "Italy"',
    ],
    [
      'a date in an offset, which others count the other way round',
      { '$dtz::anniversary': { field_id: 'dtz::b', timezone: '+02:00' } },
      'f.$dtz::anniversary.timezone',
      'there is no time zone "+02:00"',
    ],
    ['a word', 'x', 'f', 'a filter is an object with one operator'],
    ['null', null, 'f', 'a filter is an object with one operator'],
    ['a list', [is], 'f', 'a filter is an object with one operator'],
    ['two operators', { ...is, ...opened }, 'f', 'one operator per object, not 2'],
    ['a group that is no list', { $and: is }, 'f.$and', 'a group is a list of filters'],
    ['a part that is no filter', { $or: [is, 7] }, 'f.$or[1]', 'a filter is an object with one operator'],
    ['a condition on nothing', { '$str::is': { value: 'x' } }, 'f.$str::is', 'a condition needs a field_id'],
    ['a condition that is a word', { '$str::is': 'x' }, 'f.$str::is', 'a condition needs a field_id'],
    [
      'an unknown operator',
      { $and: [{ '$int::gt': { field_id: 'int::v', value: 1 } }] },
      'f.$and[0].$int::gt',
      'unknown operator $int::gt',
    ],
    [
      'a name all objects have',
      { constructor: { field_id: 'x', value: 1 } },
      'f.constructor',
      'unknown operator constructor',
    ],
    [
      'a text where a number belongs',
      { '$int::is': { field_id: 'int::v', value: '1' } },
      'f.$int::is.value',
      'expected a number',
    ],
    [
      'a number where a text belongs',
      { '$str::is': { field_id: 'str::a', value: 1 } },
      'f.$str::is.value',
      'expected a string',
    ],
    ...['$dtz::absolute_on', '$tme::absolute_before', '$tme::absolute_after'].map(
      (operator): [string, unknown, string, string] => [
        `a day of the year 0, of ${operator}`,
        { [operator]: { field_id: operator.includes('dtz') ? 'dtz::b' : 'l', value: '0000-01-01' } },
        `f.${operator}.value`,
        'expected a day such as "2026-01-31" or {"year","month","day"}',
      ],
    ),
    [
      'a text where yes or no belongs',
      { '$bol::is': { field_id: 'bol::p', value: 'true' } },
      'f.$bol::is.value',
      'expected a boolean',
    ],
    [
      'a fraction where a tag belongs',
      { '$u4s::is': { field_id: 'u4s::t', value: 1.5 } },
      'f.$u4s::is.value',
      'expected the number of a tag, or several',
    ],
    [
      'a tag beyond any number of a tag',
      { '$u4s::is_not': { field_id: 'u4s::t', value: [1, 2 ** 31] } },
      'f.$u4s::is_not.value',
      'expected the number of a tag, or several',
    ],
    [
      'an activity that is a field',
      { '$act::has_occurred': { field_id: 'str::o' } },
      'f.$act::has_occurred',
      'str::o is not an activity',
    ],
    [
      '"same" that is a word',
      { '$act::has_occurred': { field_id: 'act::o', same: 'x' } },
      'f.$act::has_occurred.same',
      'expected a list of attribute ids',
    ],
    [
      '"same" with a number',
      { '$act::has_occurred': { field_id: 'act::o', same: [1] } },
      'f.$act::has_occurred.same',
      'expected a list of attribute ids',
    ],
    [
      'a wrong filter on an activity',
      { '$act::has_occurred': { field_id: 'act::o', filter: { '$str::eq': { field_id: 'a' } } } },
      'f.$act::has_occurred.filter.$str::eq',
      'unknown operator $str::eq',
    ],
  ];

  const inner = (filter: object) => ({ '$act::has_occurred': { field_id: 'act::o', filter } });
  const within = 'f.$act::has_occurred.filter';
  table.push(
    [
      'an activity asked of an attribute',
      inner({ $and: [is, opened] }),
      `${within}.$and[1].$act::has_occurred`,
      '$act::has_occurred can not be asked of an attribute',
    ],
    [
      'a membership asked of an attribute',
      inner({ $is_member_of: { audience_id: 'x' } }),
      `${within}.$is_member_of`,
      '$is_member_of can not be asked of an attribute',
    ],
    ...(
      [
        ['$int::is_not', 'str::first', 1],
        ['$int::is_not', 'tags', 1],
        ['$u4s::is_not', 'str::first', 1],
        ['$str::is_not', 'int::v', 'x'],
        ['$str::contains', 'l', 'x'],
        ['$str::contains', 'phn::phone', '351'],
        ['$str::is_not', 'phn:cm:work', '351912345678'],
        ['$bol::is', 'str::first', false],
        ['$str::set_is', 'int:cm:n', 'x'],
        ['$geo::is', 'bol::p', 'x'],
        ['$dtz::absolute_on', 'str::first', '2026-01-31'],
        ['$phn::iis', 'int::v', '1'],
        ['$phn::iis_not', 'str:cm:phone', '351'],
        ['$str::set_does_not_contains', 'str:cm:plan', 'Pro'],
        ['$str::is_not', 'ids:o:p', 'x'],
        ['$bol::is', 'obj:cm:any', false],
        ['$tme::relative_more_than', 'dtz::b', 30],
      ] as const
    ).map(([operator, field_id, value]): [string, unknown, string, string] => [
      `${operator} of ${field_id}`,
      { [operator]: { field_id, value } },
      `f.${operator}`,
      `${operator} can not be asked of ${field_id}`,
    ]),
    ['a word for a group', { $andgroup: [is] }, 'f.$andgroup', 'unknown operator $andgroup'],
    ['a group that there is not', { $not: is }, 'f.$not', 'unknown operator $not'],
  );

  test('nothing, where operators are asked across kinds that may mean something', () => {
    for (const [operator, field_id, value] of [
      ['$str::is', 'geo::city', 'Lisbon'],
      ['$str::is_not', 'tags', 'VIP'],
      ['$tme::absolute_on', 'dtz::b', '2026-01-31'],
      ['$dtz::absolute_on', 'l', '2026-01-31'],
      ['$u4s::is', 'tags', 1],
      ['$id_is', 'str::person_id', '006b04c22500000000040000'],
    ] as const)
      assert.deepEqual(problemsWithFilter({ [operator]: { field_id, value } }), [], operator);
  });

  for (const [what, filter, at, problem] of table) {
    test(`${what}: it says where and what`, () => assert.deepEqual(problemsWithFilter(filter, 'f'), [{ at, problem }]));
  }

  test('what is no attribute is refused where it is known what there is; a text may name an attribute', () => {
    const askable = { field: () => true, activity: () => true, membership: () => true };
    for (const field_id of ['destination', 'tags', 'tme::o!l']) {
      const filter = inner({ $has_any_value: { field_id } });
      const problem = `${field_id} is not an attribute of an activity`;
      assert.deepEqual(problemsWithFilter(filter, 'f', askable), [{ at: `${within}.$has_any_value`, problem }]);
      assert.deepEqual(problemsWithFilter(filter, 'f'), []);
    }
  });

  test('every problem is told, not only the first', () => {
    const problems = problemsWithFilter({
      $and: [{ '$str::is': {} }, { $or: [3, { '$int::is': { field_id: 'a', value: '1' } }] }],
    });
    assert.deepEqual(
      problems.map(({ at }) => at),
      ['filter.$and[0].$str::is', 'filter.$and[1].$or[0]', 'filter.$and[1].$or[1].$int::is.value'],
    );
  });

  test('fifty conditions are enough, fifteen about activities, and twelve levels', () => {
    assert.deepEqual(problemsWithFilter(times(50, is)), []);
    assert.deepEqual(problemsWithFilter(times(51, is)), [{ at: 'filter', problem: 'more than 50 conditions' }]);
    assert.deepEqual(problemsWithFilter(times(15, opened)), []);
    assert.deepEqual(problemsWithFilter(times(16, opened)), [
      { at: 'filter', problem: 'more than 15 activity conditions' },
    ]);
    assert.deepEqual(problemsWithFilter(nested(12)), []);
    const [deep] = problemsWithFilter(nested(13));
    assert.deepEqual(deep, { at: `filter${'.$and[0]'.repeat(13)}`, problem: 'nested too deeply' });
  });

  test('conditions on what an activity was about count too', () => {
    const where = { '$act::has_occurred': { field_id: 'act::o', filter: times(4, is) } };
    assert.deepEqual(problemsWithFilter(times(10, where)), []);
    assert.deepEqual(problemsWithFilter(times(11, where)), [{ at: 'filter', problem: 'more than 50 conditions' }]);
  });

  test('whatever it is given, it answers; and what it finds right can be asked', () => {
    const operator = fc.constantFrom(
      '$and',
      '$or',
      '$str::is',
      '$int::is',
      '$bol::is',
      '$has_any_value',
      '$act::has_occurred',
      '__proto__',
      'x',
    );
    const body = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record(
        {
          field_id: fc.constantFrom('act::o', 'str::a', 3),
          value: fc.jsonValue({ maxDepth: 0 }),
          filter: fc.jsonValue({ maxDepth: 1 }),
        },
        { requiredKeys: [] },
      ),
    );
    const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
      anything: fc.oneof(
        { maxDepth: 3 },
        fc.jsonValue({ maxDepth: 2 }),
        fc.dictionary(operator, body, { maxKeys: 2 }),
        fc.array(tie('anything'), { maxLength: 3 }).map(($and) => ({ $and })),
      ),
    }));
    fc.assert(
      fc.property(anything, (given) => {
        if (problemsWithFilter(given).length > 0) return;
        assert.equal(typeof matches(given as Filter, { fields: {}, now: new Date(0) }), 'boolean');
      }),
      { numRuns: 1000 },
    );
  });
});
