import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Fields, Value } from '../value.ts';
import { dependenciesOf } from './dependencies.ts';
import { type Filter, type Leaf, leafOf } from './filter.ts';
import type { Happened } from './happened.ts';
import { activitiesIn, matches } from './matches.ts';
import { prepare } from './prepared.ts';
import { looksBackTo } from './prepared-occurrence.ts';
import { problemsWithFilter } from './problems.ts';

const anna: Fields = { 'str::first': 'Anna', 'str:cm:stage': '', 'int::v': 12_000, 'bol::p': true, 'sst:cm:b': ['a'] };
const now = new Date('2026-03-01T12:00:00Z');
const leaf = (operator: string, field_id: string, value?: unknown): Filter => ({ [operator]: { field_id, value } });
const holds = (operator: string, field: string, value?: unknown, fields: Fields = anna): boolean =>
  matches(leaf(operator, field, value), { fields, now });

describe('whether a filter holds for a person', () => {
  const table: [operator: string, field: string, value: unknown, expected: boolean][] = [
    ['$has_any_value', 'str::first', undefined, true],
    ['$has_any_value', 'str:cm:stage', undefined, true],
    ['$has_any_value', 'str::last', undefined, false],
    ['$has_no_value', 'str::first', undefined, false],
    ['$has_no_value', 'str::last', undefined, true],
    ['$str::is', 'str::first', 'aNNA', true],
    ['$str::is', 'str::first', 'Ann', false],
    ['$str::is', 'str::last', 'Anna', false],
    ['$str::is_not', 'str::first', 'ANNA', false],
    ['$str::is_not', 'str::first', 'Ben', true],
    ['$str::is_not', 'str::last', 'Anna', true],
    ['$str::contains', 'str::first', 'NN', true],
    ['$str::contains', 'str::first', 'nna!', false],
    ['$str::contains', 'str::last', '', false],
    ['$str::does_not_contains', 'str::first', 'nn', false],
    ['$str::does_not_contains', 'str::first', 'x', true],
    ['$str::does_not_contains', 'str::last', 'nn', true],
    ['$str::starts', 'str::first', 'an', true],
    ['$str::starts', 'str::first', 'nna', false],
    ['$str::ends', 'str::first', 'NNA', true],
    ['$str::ends', 'str::first', 'Ann', false],
    ['$int::is', 'int::v', 12_000, true],
    ['$int::is', 'int::v', 12_001, false],
    ['$int::is', 'int::none', 0, false],
    ['$int::is_not', 'int::v', 12_000, false],
    ['$int::is_not', 'int::v', 1, true],
    ['$int::is_not', 'int::none', 0, true],
    ['$int::greater_than', 'int::v', 11_999, true],
    ['$int::greater_than', 'int::v', 12_000, false],
    ['$int::greater_than', 'int::none', -1, false],
    ['$int::less_than', 'int::v', 12_001, true],
    ['$int::less_than', 'int::v', 12_000, false],
    ['$int::less_than', 'int::none', 1, false],
    ['$bol::is', 'bol::p', true, true],
    ['$bol::is', 'bol::p', false, false],
    ['$bol::is', 'bol::sp', false, true],
    ['$bol::is', 'bol::sp', true, false],
  ];

  for (const [operator, field, value, expected] of table) {
    const shown = field in anna ? JSON.stringify(anna[field]) : 'nothing';
    test(`${shown} ${operator} ${JSON.stringify(value) ?? ''}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(holds(operator, field, value), expected);
    });
  }

  test('a value of another kind equals nothing and lies nowhere', () => {
    assert.equal(holds('$str::is', 'int::v', '12000'), false);
    assert.equal(holds('$int::greater_than', 'str::first', 0), false);
  });

  test('text of a list is that of any of its items', () => {
    for (const [operator, value, expected] of [
      ['$str::is', 'volvo', true],
      ['$str::is', 'vol', false],
      ['$str::contains', 'olv', true],
      ['$str::is_not', 'Volvo', false],
      ['$str::does_not_contains', 'saab', true],
    ] as const)
      assert.equal(holds(operator, 'tags', value, { tags: ['Audi', 'Volvo'] }), expected, `${operator} ${value}`);
    assert.equal(holds('$u4s::is_not', 'tags', 2, { 'u4s::t': [2, 3] } as never), false);
    assert.equal(holds('$str::set_contains', 'u4s::t', 'Audi', { tags: ['Audi'] }), true);
  });

  test('proximity is that to the last location, and may be asked beside the field', () => {
    const fields = { 'geo::ll': { name: 'Lisbon', lat: 38_722_000, lng: -9_139_000 } };
    const near = { latitude: 38.7, longitude: -9.1, radius: 10 };
    for (const body of [{ value: near }, near])
      for (const [operator, expected] of [
        ['$proximity_is_within', true],
        ['$proximity_is_not_within', false],
      ] as const) {
        const asked = { [operator]: { field_id: 'proximity::loc', ...body } };
        assert.deepEqual(problemsWithFilter(asked), []);
        assert.equal(matches(asked, { fields, now }), expected);
      }
  });

  test('both ends of a range may be the value', () => {
    for (const [operator, field_id, ends, expected] of [
      ['$int::between', 'int::v', { min: 12_000, max: 12_001 }, true],
      ['$int::not_between', 'int::v', { from: 1, to: 2 }, true],
      ['$str::between', 'str::first', { from: 'a', to: 'b' }, true],
      ['$tme::absolute_between', 'l', { from: '2026-01-01', to: '2026-01-02' }, false],
    ] as const)
      for (const body of [ends, { value: ends }]) {
        const asked = { [operator]: { field_id, ...body } };
        assert.deepEqual(problemsWithFilter(asked), []);
        assert.equal(matches(asked, { fields: anna, now }), expected, JSON.stringify(asked));
      }
  });

  test('this year begins on the first of January, as far back as has to be looked', () => {
    const asked = { '$act::has_occurred': { field_id: 'act::o', timeframe: { type: 'this-year' } } };
    const end = new Date('2024-12-31T23:00:00Z');
    const did = (at: string) => () => [{ at: new Date(at), attributes: {} }];
    assert.equal(matches(asked, { fields: {}, now: end, activities: did('2024-01-01T00:00:00Z') }), true);
    assert.equal(matches(asked, { fields: {}, now: end, activities: did('2023-12-31T23:59:59Z') }), false);
    assert.ok(looksBackTo(leafOf(asked)!, end)! < new Date('2024-01-01T00:00:00Z'));
    const facts = { fields: {}, now: end, activities: did('2024-01-01T00:00:00Z') };
    assert.equal(prepare(asked).next(facts), Date.parse('2025-01-01T00:00:00Z'));
  });

  test('a field is the person’s own, never something every object has', () => {
    for (const name of ['constructor', 'toString', '__proto__']) assert.equal(holds('$has_any_value', name), false);
  });

  test('an empty filter, and an empty "and", hold for everyone; an empty "or" for nobody', () => {
    assert.equal(matches({}, { fields: anna, now }), true);
    assert.equal(matches({ $and: [] }, { fields: anna, now }), true);
    assert.equal(matches({ $or: [] }, { fields: anna, now }), false);
  });

  test('an operator that is not known is an error, not a no', () => {
    assert.throws(() => holds('$str::eq', 'str::first', 'Anna'), /unknown operator \$str::eq/);
    assert.throws(() => holds('constructor', 'str::first', 'Anna'), /unknown operator constructor/);
    assert.throws(() => matches({ '$str::is': 'Anna' }, { fields: anna, now }), /not a filter/);
  });
});

test('a condition of the entry is asked of what started the run, and hangs on nothing of the person', () => {
  const big = { '$int::greater_than': { field_id: 'int:cm:total', value: 100_000, of: 'entry' } };
  const facts = { fields: { 'int:cm:total': 1 }, now };
  assert.equal(matches(big, { ...facts, entry: { 'int:cm:total': 120_000 } }), true);
  assert.equal(matches(big, { fields: { 'int:cm:total': 120_000 }, now, entry: { 'int:cm:total': 1 } }), false);
  assert.equal(matches(big, facts), false);
  assert.equal(dependenciesOf(big).fields.size, 0);
  const askable = { field: () => false, activity: () => false, membership: () => false };
  assert.deepEqual(problemsWithFilter(big, 'filter', askable), []);
});

describe('whether something happened', () => {
  const condition = (operator: string): Filter => ({
    [operator]: { field_id: 'act::o', filter: leaf('$str::is', 'str::jsi', 'first'), same: ['str:cm:lead-id'] },
  });

  test('is asked of whoever knows, with the whole condition', () => {
    const asked: Leaf[] = [];
    const activities = (c: Leaf): Happened[] => {
      asked.push(c);
      return [{ at: now, attributes: { 'str::jsi': 'first' } }];
    };
    assert.equal(matches(condition('$act::has_occurred'), { fields: {}, now, activities }), true);
    assert.equal(matches(condition('$act::has_not_occurred'), { fields: {}, now, activities }), false);
    const where = leaf('$str::is', 'str::jsi', 'first');
    const body = { field_id: 'act::o', filter: where, same: ['str:cm:lead-id'] };
    const expected = { fieldId: 'act::o', value: undefined, body, where, same: ['str:cm:lead-id'] };
    assert.deepEqual(asked, [
      { operator: '$act::has_occurred', ...expected },
      { operator: '$act::has_not_occurred', ...expected },
    ]);
  });

  test('nothing happened where nobody knows', () => {
    assert.equal(matches(condition('$act::has_occurred'), { fields: {}, now }), false);
    assert.equal(matches(condition('$act::has_not_occurred'), { fields: {}, now }), true);
  });

  test('a filter names every activity it asks about', () => {
    const both = {
      $or: [condition('$act::has_occurred'), { $and: [{ '$act::has_not_occurred': { field_id: 'act::c' } }] }],
    };
    assert.deepEqual(activitiesIn(both), ['act::o', 'act::c']);
    assert.deepEqual(activitiesIn(leaf('$str::is', 'act::not-asked', 'x')), []);
    assert.deepEqual(activitiesIn({}), []);
  });
});

const value = fc.oneof(fc.constantFrom('anna', 'An', 'NA', ''), fc.integer({ min: -1, max: 1 }), fc.boolean());
const fieldId = fc.constantFrom('x', 'y', 'z');
const fields = fc.dictionary(fieldId, value as fc.Arbitrary<Value>);
const anyLeaf = fc
  .oneof(
    fc.record({
      o: fc.constantFrom(
        '$str::is',
        '$str::is_not',
        '$str::contains',
        '$str::does_not_contains',
        '$str::starts',
        '$str::ends',
      ),
      f: fieldId,
      v: fc.constantFrom('anna', 'n', ''),
    }),
    fc.record({
      o: fc.constantFrom('$int::is', '$int::is_not', '$int::greater_than', '$int::less_than'),
      f: fieldId,
      v: fc.integer({ min: -1, max: 1 }),
    }),
    fc.record({ o: fc.constantFrom('$has_any_value', '$has_no_value'), f: fieldId, v: fc.constant(undefined) }),
  )
  .map(({ o, f, v }) => leaf(o, f, v));
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    anyLeaf,
    fc.array(tie('filter'), { maxLength: 3 }).map((parts): Filter => ({ $and: parts })),
    fc.array(tie('filter'), { maxLength: 3 }).map((parts): Filter => ({ $or: parts })),
  ),
}));

const opposite: Record<string, string> = {
  '$str::is': '$str::is_not',
  '$str::contains': '$str::does_not_contains',
  '$int::is': '$int::is_not',
  $has_any_value: '$has_no_value',
};

describe('whatever the filter, whoever the person', () => {
  test('a filter that has no problems has an answer', () => {
    fc.assert(
      fc.property(filter, fields, (f, facts) => {
        assert.deepEqual(problemsWithFilter(f), []);
        assert.equal(typeof matches(f, { fields: facts, now }), 'boolean');
      }),
    );
  });

  test('a condition and its opposite never agree', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(opposite)), fieldId, value, fields, (operator, field, v, facts) => {
        fc.pre(problemsWithFilter(leaf(operator, field, v)).length === 0);
        const yes = matches(leaf(operator, field, v), { fields: facts, now });
        assert.equal(matches(leaf(opposite[operator]!, field, v), { fields: facts, now }), !yes);
      }),
    );
  });

  test('groups say what every and some say of their parts', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 4 }), fields, (parts, facts) => {
        const each = parts.map((part) => matches(part, { fields: facts, now }));
        assert.equal(matches({ $and: parts }, { fields: facts, now }), !each.includes(false));
        assert.equal(matches({ $or: parts }, { fields: facts, now }), each.includes(true));
      }),
    );
  });

  test('what a stored filter says beside its named keys makes no difference', () => {
    const asStored = {
      '$int::greater_than': { field_id: 'int::v', not_existing_as_zero: false, value: 20, label: 'x', formData: {} },
    };
    assert.deepEqual(problemsWithFilter(asStored), []);
    assert.equal(matches(asStored, { fields: anna, now }), true);
  });
});
