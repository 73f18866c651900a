import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActionMoment } from '@tributary/connector-kit';
import { actions } from './index.ts';

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

  test('a note of somebody without a deal is for their contact', () => {
    const fields = { 'str:cm:kommo-contact-id': '5' };
    const written = write('note', { text: 'x' }, { ...moment, person: { id: '1', fields } });
    assert.equal('target' in written && written.target, 'contact:5');
  });

  test('a field of the deal or the contact, by name or id, with a value as people give it', () => {
    const at = '2026-11-23T21:04:11.480Z';
    assert.deepEqual(write('field', { field: ' Use case ', value: ' Routing ' }), {
      kind: 'field',
      target: 'lead:101',
      body: { field: 'Use case', value: 'Routing', at },
    });
    const both = { 'str:cm:kommo-lead-id': '101', 'str:cm:kommo-contact-id': '5' };
    const of = { ...moment, person: { id: '1', fields: both } };
    assert.deepEqual(write('field', { on: 'contact', field: 991_953, value: true }, of), {
      kind: 'field',
      target: 'contact:5',
      body: { field: '991953', value: true, at },
    });
  });

  test('a stage, perhaps with its pipeline; closed deals are left alone unless it says otherwise', () => {
    const at = '2026-11-23T21:04:11.480Z';
    assert.deepEqual(write('stage', { stage: 'Negotiation' }), {
      kind: 'stage',
      target: 'lead:101',
      body: { stage: 'Negotiation', reopen: false, at },
    });
    assert.deepEqual(write('stage', { stage: 142, pipeline: 'Renewals', reopen: 'true' }), {
      kind: 'stage',
      target: 'lead:101',
      body: { stage: '142', pipeline: 'Renewals', reopen: true, at },
    });
  });

  test('a responsible user by id, name or e-mail; the deal is the one the run started with', () => {
    const written = write('responsible', { user: 11_087_102 }, { ...moment, entry: { 'str:cm:lead-id': '77' } });
    assert.deepEqual(written, {
      kind: 'responsible',
      target: 'lead:77',
      body: { user: '11087102', at: '2026-11-23T21:04:11.480Z' },
    });
  });

  test('without a deal, or with nothing left of the text, the step is skipped and says why', () => {
    const nobody = { ...moment, person: { id: '1', fields: {} } };
    const noDeal = { skip: 'the person has no deal in Kommo' };
    assert.deepEqual(write('task', { text: 'x' }, nobody), noDeal);
    assert.deepEqual(write('note', { text: 'x' }, nobody), { skip: 'the person has no deal and no contact in Kommo' });
    assert.deepEqual(write('field', { field: 'x', value: 1 }, nobody), noDeal);
    assert.deepEqual(write('field', { on: 'contact', field: 'x', value: 1 }, nobody), {
      skip: 'the person has no contact in Kommo',
    });
    assert.deepEqual(write('stage', { stage: 'x' }, nobody), noDeal);
    assert.deepEqual(write('responsible', { user: 'x' }, nobody), noDeal);
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
