import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActionMoment } from '@tributary/connector-kit';
import { actions } from './actions.ts';

const moment: ActionMoment = {
  person: { id: '1', fields: { 'str:cm:kommo-lead-id': '101' } },
  entry: undefined,
  requestedAt: new Date('2026-11-23T21:04:11.480Z'),
};

function write(name: string, input: unknown, of = moment) {
  const action = actions[name];
  assert.ok(action);
  return action.write(action.input.parse(input), of);
}

describe('the steps Kommo adds to journeys', () => {
  test('a task is due a day after it was asked for, as a follow-up', () => {
    assert.deepEqual(write('task', { text: ' Call Anna ' }), {
      kind: 'task',
      target: 'lead:101',
      body: { text: 'Call Anna', completeTill: Date.UTC(2026, 10, 24, 21, 4, 11) / 1000, taskType: 1 },
    });
  });

  test('a meeting in two hours, with a number that Liquid made a text', () => {
    assert.deepEqual(write('task', { text: 'Meet', dueInHours: '2', type: 'meeting' }), {
      kind: 'task',
      target: 'lead:101',
      body: { text: 'Meet', completeTill: Date.UTC(2026, 10, 23, 23, 4, 11) / 1000, taskType: 2 },
    });
  });

  test('a note carries the second it was asked for', () => {
    assert.deepEqual(write('note', { text: 'Reads everything' }), {
      kind: 'note',
      target: 'lead:101',
      body: { text: 'Reads everything · 23 Nov 2026, 21:04:11 UTC', at: '2026-11-23T21:04:11.480Z' },
    });
  });

  test('without a deal, or with nothing left of the text, the step is skipped and says why', () => {
    const nobody = { ...moment, person: { id: '1', fields: {} } };
    assert.deepEqual(write('task', { text: 'x' }, nobody), { skip: 'the person has no deal in Kommo' });
    assert.deepEqual(write('note', { text: 'x' }, nobody), { skip: 'the person has no deal in Kommo' });
    const empty = actions.task?.write({ text: '  ', dueInHours: 24, type: 'follow-up' }, moment);
    assert.ok(empty && 'skip' in empty && empty.skip.startsWith('text:'));
  });

  test('input that makes no task is refused', () => {
    for (const bad of [
      {},
      { text: '' },
      { text: 'x', dueInHours: -1 },
      { text: 'x', dueInHours: 'soon' },
      { text: 'x', type: 'call' },
    ]) {
      assert.equal(actions.task?.input.safeParse(bad).success, false, JSON.stringify(bad));
    }
  });
});
