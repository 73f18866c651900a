import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { MergeStrategy } from './intake.ts';
import { mergeFields } from './merge.ts';
import type { Fields, Value } from './value.ts';

const overwrite = { strategy: 2 } as const;
const anna: Fields = {
  'str::first': 'Anna',
  'int::v': 0,
  'str::postal': '',
  'sst:cm:brands': ['a'],
  'geo::city': { name: 'Riga', id: 7 },
};

describe('merging what is known of a person', () => {
  test('strategy 1 fills what is empty, and "" and 0 are not', () => {
    const given = {
      'str::first': 'B',
      'int::v': 5,
      'str::postal': 'LV',
      'str::last': 'Petrova',
      'sst:cm:brands': ['b'],
    };
    assert.deepEqual(mergeFields(anna, given, { strategy: 1 }), { ...anna, 'str::last': 'Petrova' });
    assert.equal(mergeFields(anna, { 'str::first': null }, { strategy: 1 }), anna);
    assert.equal(mergeFields(anna, {}, { strategy: 1, clear: ['str::first'] }), anna, 'clearing needs strategy 2');
  });

  test('strategy 2 overwrites what is given, clears what is null, and leaves the rest', () => {
    const { 'str::postal': _cleared, ...rest } = anna;
    assert.deepEqual(mergeFields(anna, { 'str::first': 'B', 'str::postal': null }, overwrite), {
      ...rest,
      'str::first': 'B',
    });
    assert.deepEqual(mergeFields(anna, { 'str::first': '', 'int::v': 0 }, overwrite), { ...anna, 'str::first': '' });
  });

  test('strategy 3 leaves a person alone', () => {
    assert.equal(
      mergeFields(anna, { 'str::first': 'B', 'int::v': null }, { strategy: 3, clear: ['str::first'] }),
      anna,
    );
  });

  test('a set grows, each member once, and is replaced only where it is cleared first', () => {
    const set = (given: Fields, clear: string[] = []): Value | undefined =>
      mergeFields(anna, given, { strategy: 2, clear })['sst:cm:brands'];
    assert.deepEqual(set({ 'sst:cm:brands': ['b', 'a', 'b'] }), ['a', 'b']);
    assert.deepEqual(set({ 'sst:cm:brands': ['b', 'b'] }, ['sst:cm:brands']), ['b']);
    assert.equal(set({}, ['sst:cm:brands']), undefined);
    assert.equal(set({ 'sst:cm:brands': null }), undefined);
    assert.deepEqual(mergeFields({}, { 'sst:cm:brands': ['x', 'x'] }, overwrite), { 'sst:cm:brands': ['x'] });
  });

  test('an object with its keys in another order is the same object', () => {
    assert.equal(mergeFields(anna, { 'geo::city': { id: 7, name: 'Riga' } }, overwrite), anna);
    assert.notEqual(mergeFields(anna, { 'geo::city': { id: 8, name: 'Riga' } }, overwrite), anna);
    const nested = { 'obj:cm:o': { a: [{ x: 1, y: 2 }], b: { c: null } } };
    assert.equal(mergeFields(nested, { 'obj:cm:o': { b: { c: null }, a: [{ y: 2, x: 1 }] } }, overwrite), nested);
    assert.notEqual(mergeFields(nested, { 'obj:cm:o': { a: [{ y: 2, x: 1 }], b: {} } }, overwrite), nested);
  });

  test('nothing has changed where a field is cleared and given again as it was', () => {
    assert.equal(mergeFields(anna, { 'sst:cm:brands': ['a'] }, { strategy: 2, clear: ['sst:cm:brands'] }), anna);
    assert.equal(mergeFields(anna, {}, { strategy: 2, clear: ['str::never'] }), anna);
    assert.equal(mergeFields(anna, { 'str::never': null }, overwrite), anna);
  });
});

const id = fc.constantFrom('str::first', 'str::last', 'int::v', 'sst:cm:brands', 'geo::city', 'obj:cm:o');
const valueFor = (field: string): fc.Arbitrary<Value> => {
  if (field.startsWith('sst')) return fc.array(fc.constantFrom('a', 'b', 'c'));
  if (field.startsWith('int')) return fc.integer({ min: 0, max: 3 });
  if (field.startsWith('str')) return fc.constantFrom('', 'Anna', 'Ben');
  return fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 0, max: 2 }), {
    maxKeys: 3,
    noNullPrototype: true,
  });
};
const fields = fc
  .uniqueArray(id)
  .chain((ids) =>
    fc.tuple(...ids.map((field) => fc.tuple(fc.constant(field), fc.option(valueFor(field), { freq: 4 })))),
  )
  .map((entries): Fields => Object.fromEntries(entries));
/** As they are stored: through one merge, so without nulls and without doubles in sets. */
const stored = fields.map((given) => mergeFields({}, given, overwrite));
const how = fc.record({ strategy: fc.constantFrom<MergeStrategy>(1, 2, 3), clear: fc.uniqueArray(id) });

describe('whatever is merged into whomever', () => {
  test('no empty value is stored, and nobody given is changed on the way', () => {
    fc.assert(
      fc.property(stored, fields, how, (current, given, o) => {
        const before = structuredClone({ current, given });
        const after = mergeFields(current, given, o);
        assert.ok(Object.values(after).every((value) => value !== null && value !== undefined));
        assert.deepEqual({ current, given }, before);
      }),
    );
  });

  test('the same again changes nothing, and then the very same object comes back', () => {
    fc.assert(
      fc.property(stored, fields, how, (current, given, o) => {
        const once = mergeFields(current, given, o);
        assert.equal(mergeFields(once, given, o), once);
        if (JSON.stringify(once) === JSON.stringify(current)) assert.equal(once, current);
      }),
    );
  });

  test('a field that is neither given nor cleared stays', () => {
    fc.assert(
      fc.property(stored, fields, how, (current, given, o) => {
        const after = mergeFields(current, given, o);
        const touched = new Set([...Object.keys(given), ...o.clear]);
        for (const [field, value] of Object.entries(current))
          if (!touched.has(field)) assert.equal(after[field], value);
        for (const field of Object.keys(after)) assert.ok(field in current || touched.has(field));
      }),
    );
  });

  test('strategy 1 never changes a value that is there', () => {
    fc.assert(
      fc.property(stored, fields, (current, given) => {
        const after = mergeFields(current, given, { strategy: 1 });
        for (const [field, value] of Object.entries(current)) assert.equal(after[field], value);
      }),
    );
  });
});
