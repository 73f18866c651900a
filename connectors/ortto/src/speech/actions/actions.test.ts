import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActionMoment } from '@tributary/connector-kit';
import { publicId } from '@tributary/model';
import { actions } from './index.ts';

const fields = {
  'str::email': 'anna@example.com',
  'str::ei': 'crm-7',
  'str::first': 'Anna',
  'phn::phone': { c: '351', n: '912345678' },
  'int:cm:deal-value': 12_500_000,
  'str:cm:plan': 'Trial',
};
const moment: ActionMoment = {
  person: { id: '7000000000001', fields },
  entry: undefined,
  requestedAt: new Date('2026-11-23T21:04:11.480Z'),
};
const at = '2026-11-23T21:04:11.480Z';

function write(name: string, input: unknown, of = moment) {
  const action = actions[name]!;
  return action.write(action.input.parse(input), of);
}
const bodyOf = (name: string, input: unknown, of = moment) => {
  const written = write(name, input, of);
  assert.ok('body' in written, JSON.stringify(written));
  return written.body;
};
const refused = (name: string, input: unknown) =>
  actions[name]!.input.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('the steps Ortto adds to journeys', () => {
  test('a merge without more copies who they are, found by e-mail and external id', () => {
    assert.deepEqual(write('merge', {}), {
      kind: 'merge',
      target: `person:${publicId('7000000000001')}`,
      body: {
        fields: { 'str::email': 'anna@example.com', 'str::ei': 'crm-7', 'str::first': 'Anna' },
        by: ['str::email', 'str::ei'],
        ...{ tags: [], unsetTags: [], strategy: 2, skipNonExisting: false, at },
      },
    });
  });

  test('what is copied goes as it is, and what the step says in the form of its field', () => {
    const body = bodyOf('merge', {
      ...{ fields: 'phn::phone, int:cm:deal-value, str:cm:not-known, str:cm:plan', mergeBy: 'str::ei' },
      ...{ 'str:cm:plan': 'Paid', 'bol:cm:vip': 'true', 'str:cm:empty': '', tags: 'Trial, Hot', unsetTags: 'Lead' },
      ...{ strategy: '1', skipNonExisting: 'true' },
    });
    assert.deepEqual(body, {
      fields: {
        ...{ 'phn::phone': { c: '351', n: '912345678' }, 'int:cm:deal-value': 12_500_000 },
        ...{ 'str:cm:plan': 'Paid', 'bol:cm:vip': true, 'str::ei': 'crm-7' },
      },
      by: ['str::ei'],
      ...{ tags: ['Trial', 'Hot'], unsetTags: ['Lead'], strategy: 1, skipNonExisting: true, at },
    });
  });

  test('a key that the step itself gives finds the person, too', () => {
    const { by, fields: sent } = bodyOf('merge', { mergeBy: 'str:cm:crm-id', 'str:cm:crm-id': '77' });
    assert.deepEqual([by, (sent as Record<string, unknown>)['str:cm:crm-id']], [['str:cm:crm-id'], '77']);
  });

  test('an activity carries its moment, its attributes, and what finds the person', () => {
    const input = { activity: 'act:cm:demo-booked', 'str:cm:place': 'Lisbon', 'int::v': '15300', 'str:cm:none': ' ' };
    assert.deepEqual(bodyOf('activity', input), {
      ...{ activity: 'act:cm:demo-booked', attributes: { 'str:cm:place': 'Lisbon', 'int::v': 15_300 }, at },
      ...{ by: ['str::email', 'str::ei'], fields: { 'str::email': 'anna@example.com', 'str::ei': 'crm-7' } },
    });
  });

  test('who has nothing to be found by is skipped, with the reason; so is what is too much', () => {
    const nobody = { ...moment, person: { id: '7000000000001', fields: { 'str::email': '' } } };
    const skip = 'the person has nothing to be found by in Ortto: str::email, str::ei';
    assert.deepEqual(write('merge', { 'str:cm:plan': 'x' }, nobody), { skip });
    assert.deepEqual(write('activity', { activity: 'act:cm:x' }, nobody), { skip });
    const many = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`int:cm:n${i}`, i]));
    assert.deepEqual(write('activity', { activity: 'act:cm:x', ...many }), {
      skip: '16 attributes: an activity takes 15',
    });
    const long = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`txt:cm:n${i}`, 'x'.repeat(3_900)]));
    assert.deepEqual(write('activity', { activity: 'act:cm:x', ...long }), {
      skip: 'the attributes are larger than 16000 bytes',
    });
  });

  test('inputs that can not be right say why', () => {
    assert.deepEqual(refused('merge', { fields: 'first, int::e', plan: 'x', 'int:cm:n': '1.5', mergeBy: '' }), [
      'fields: "first" is no field id such as str::email or str:cm:job-title',
      'fields: "int::e" is kept by Ortto and can not be written',
      'mergeBy: is empty',
      'plan: "plan" is no field id such as str::email or str:cm:job-title, nor one of fields, tags, unsetTags, mergeBy, strategy, skipNonExisting',
      'int:cm:n: expected a whole number; decimals and money are ×1000',
    ]);
    assert.deepEqual(refused('activity', { activity: 'act:oc:renewed' }), [
      'activity: is an activity of accounts, and not of people',
    ]);
    assert.deepEqual(refused('activity', { activity: 'demo' }), [
      'activity: expected the id of an activity, such as act:cm:demo-booked',
    ]);
  });
});
