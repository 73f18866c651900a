import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Given, problemWithAttribute, problemWithField, worded } from './values.ts';

describe('what a step gives, as Ortto’s wire has it', () => {
  const right: [string, Given, unknown][] = [
    ['str:cm:plan', ' Paid ', 'Paid'],
    ['str:cm:plan', 7, '7'],
    ['txt:cm:story', 'x'.repeat(4_000), 'x'.repeat(4_000)],
    ['int:cm:seats', '40', 40],
    ['int::v', -15_300, -15_300],
    ['bol::p', 'false', false],
    ['bol:cm:vip', true, true],
    ['dtz::b', '1980-03-04', { year: 1980, month: 3, day: 4, timezone: 'UTC' }],
    ['tme:cm:seen', '2026-10-15T14:30:00Z', '2026-10-15T14:30:00Z'],
    ['phn::phone', '+351912345678', { phone: '+351912345678', parse_with_country_code: true }],
    ['geo::city', 'Lisbon', { name: 'Lisbon' }],
    ['sst:cm:brands', 'Acme, ,Beta', ['Acme', 'Beta']],
    ['str:cm:plan', '  ', undefined],
    ['int:cm:seats', '', undefined],
  ];
  for (const [id, given, value] of right) {
    test(`${id}: ${JSON.stringify(given).slice(0, 40)}`, () => assert.deepEqual(worded(id, given), { value }));
  }

  const wrong: [string, Given, RegExp][] = [
    ['int:cm:seats', '12.5', /whole number; decimals and money are ×1000/],
    ['int:cm:seats', '9'.repeat(20), /integer/],
    ['bol:cm:vip', 'yes', /true or false/],
    ['dtz::b', '04.03.1980', /2026-12-24/],
    ['dtz::b', '1980-02-30', /no such day/],
    ['tme:cm:seen', 'yesterday', /RFC 3339/],
    ['str:cm:plan', 'x'.repeat(256), /255/],
    ['str:cm:plan', 'a\0b', /U\+0000/],
    ['obj:cm:x', '{}', /type obj can not be given as text/],
    ['constructor:cm:x', 'x', /can not be given/],
  ];
  for (const [id, given, why] of wrong) {
    test(`${id} is not ${JSON.stringify(given).slice(0, 40)}`, () => {
      const read = worded(id, given);
      assert.ok('why' in read, JSON.stringify(read));
      assert.match(read.why, why);
    });
  }

  test('fields of people that can be written, and what else an id may be', () => {
    for (const id of ['str::email', 'bol::p', 'str:cm:plan', 'sst:cm:brands', 'str::u-ctx', 'str:cb:c_id'])
      assert.equal(problemWithField(id), undefined, id);
    for (const id of ['int::e', 'l', 'u4s::t', 'email', 'obj:cm:x', 'act::o', 'str:o:name', 'str:oc:plan', ''])
      assert.notEqual(problemWithField(id), undefined, id);
    assert.equal(problemWithAttribute('int::v'), undefined);
    assert.notEqual(problemWithAttribute('place'), undefined);
  });
});
