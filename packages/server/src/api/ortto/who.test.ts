import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalId } from '@tributary/model';
import { whoOf } from './who.ts';

test('a person who is named by an id that can be nobody’s is nobody, known by what was said', () => {
  const of = (id: unknown) =>
    whoOf({ 'str::person_id': id as string }, ['str::person_id'], { find_strategy: 0, skip_non_existing: false }).who;
  const id = '006b04c22500000000040000';
  assert.deepEqual(of(id.toUpperCase()), { personId: internalId(id) });
  assert.deepEqual(of('anna'), { personId: '0', said: 'anna' });
  assert.deepEqual(of(17), { personId: '0', said: '17' });
  assert.deepEqual(of(undefined), { personId: '0', said: '' });
  assert.deepEqual(of('x'.repeat(5000)), { personId: '0', said: 'x'.repeat(100) });
});
