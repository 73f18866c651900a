import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { builtInActivities } from './built-in-activities.ts';
import { builtInFields } from './built-in-fields.ts';
import { customActivityId, customFieldId, isDisplayType, kebab, parseFieldId, prefixOf } from './field-id.ts';

describe('field ids', () => {
  test('an id comes apart into type, source and name', () => {
    assert.deepEqual(parseFieldId('str::email'), { type: 'str', source: '', name: 'email' });
    assert.deepEqual(parseFieldId('str:cm:job-title'), { type: 'str', source: 'cm', name: 'job-title' });
    assert.deepEqual(parseFieldId('str:o:name'), { type: 'str', source: 'o', name: 'name' });
    assert.deepEqual(parseFieldId('proximity::loc'), { type: 'proximity', source: '', name: 'loc' });
    assert.deepEqual(parseFieldId('act:cm:crm-stage-changed')?.name, 'crm-stage-changed');
    assert.deepEqual(parseFieldId('str:cm:имя')?.name, 'имя');
  });

  test('what is not an id is not taken for one', () => {
    for (const id of [
      '',
      'email',
      'str:email',
      'str::',
      '::email',
      'STR::email',
      'str:cm:job title',
      'str:cm:a:b',
      'str:toolong:a',
      'st::a',
      'str:cm:a\0',
      'str:cm:a\u0007',
      'str:cm:a\ud800',
      'str::email\n',
    ]) {
      assert.equal(parseFieldId(id), undefined, JSON.stringify(id));
    }
  });

  test('a name becomes small letters, digits and hyphens, in any alphabet', () => {
    assert.equal(kebab('Job title'), 'job-title');
    assert.equal(kebab('  CRM: Stage (changed)! '), 'crm-stage-changed');
    assert.equal(kebab('Été à Zürich'), 'ete-a-zurich');
    assert.equal(kebab('Название сделки №5'), 'название-сделки-no5');
    assert.equal(kebab('!?'), '');
  });

  test('whatever the name, a kebab is either nothing or the name of an id, and is its own kebab', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const id = kebab(name);
        assert.equal(kebab(id), id);
        if (id !== '') assert.equal(parseFieldId(`str:cm:${id}`)?.name, id);
      }),
    );
  });

  test('a custom field is called after its name and its type; money and decimals are integers', () => {
    assert.equal(customFieldId('Job title', 'text'), 'str:cm:job-title');
    assert.equal(customFieldId('Notes', 'large_text'), 'txt:cm:notes');
    assert.equal(customFieldId('Brands', 'multi_select'), 'sst:cm:brands');
    assert.equal(customFieldId('Price', 'currency'), 'int:cm:price');
    assert.equal(customFieldId('Ratio', 'decimal'), 'int:cm:ratio');
    assert.equal(customFieldId('Renewal', 'date'), 'dtz:cm:renewal');
    assert.equal(customActivityId('CRM stage changed'), 'act:cm:crm-stage-changed');
  });

  test('only types that Ortto names are display types', () => {
    for (const type of Object.keys(prefixOf)) assert.equal(isDisplayType(type), true);
    for (const type of ['', 'str', 'Text', 'constructor', 'toString']) assert.equal(isDisplayType(type), false);
  });

  test('the built-in fields and activities have one id each, and fields one Liquid name each', () => {
    for (const list of [
      builtInFields.map((f) => f.id),
      builtInFields.map((f) => f.liquid),
      builtInActivities.map((a) => a.id),
    ])
      assert.equal(new Set(list).size, list.length);
    for (const { id } of builtInActivities) assert.equal(parseFieldId(id)?.type, 'act', id);
    for (const { id, readOnly } of builtInFields) {
      assert.ok(parseFieldId(id) || (readOnly && id.length === 1), `${id} is an id, or a moment the server keeps`);
    }
  });
});
