import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kommo } from '@tributary/connector-kommo';
import { problemsWith } from './problems.ts';

const step = (action: unknown, input: unknown, connector: unknown = 'kommo') => ({
  ...{ kind: 'action', connector, action, input },
  next: 'end',
});
const told = (shape: unknown) =>
  problemsWith([kommo], { it: shape }).map(({ at, problem }) => `${at.replace('shapes.it.', '')}: ${problem}`);

describe('what is wrong with the connector actions of a journey', () => {
  test('is nothing where the inputs are right, and where they are Liquid that can be anything', () => {
    for (const right of [
      step('task', { text: 'Call {{ people.first-name }}', dueInHours: '{{ activity.hours }}' }),
      step('task', { text: 'Call', dueInHours: 4, type: 'meeting' }),
      step('note', { text: '{% if people.first-name %}x{% endif %}' }),
      step('field', { on: 'contact', field: 'Score', value: '{{ people.custom.score | plus: 1 }}' }),
      step('stage', { stage: '{{ activity.stage }}', reopen: '{{ people.custom.reopen }}' }),
      step('responsible', { user: 11_087_102 }),
      { kind: 'exit' },
      null,
      'text',
    ]) {
      assert.deepEqual(told(right), []);
    }
  });

  test('names the input and says what was expected', () => {
    assert.deepEqual(told(step('task', { dueInHours: 'soon', type: 'call' })), [
      'input.text: is missing: expected a text',
      'input.dueInHours: expected a number of hours',
      'input.type: expected follow-up or meeting',
    ]);
    assert.deepEqual(told(step('field', { field: ' ', value: '' })), [
      'input.field: is empty',
      'input.value: is empty',
    ]);
    assert.deepEqual(told(step('field', { on: 'company', field: 1.5, value: {} })), [
      'input.on: expected deal or contact',
      'input.field: expected a name or an id',
      'input.value: expected a text, a number, true or false',
    ]);
    assert.deepEqual(told(step('stage', { reopen: 'perhaps' })), [
      'input.stage: is missing: expected a name or an id',
      'input.reopen: expected true or false',
    ]);
    assert.deepEqual(told(step('responsible', {})), ['input.user: is missing: expected a name or an id']);
  });

  test('an input that the action does not take is told of, also beside Liquid', () => {
    assert.deepEqual(told(step('note', { text: '{{ activity.stage }}', txt: 'x' })), [
      'input.txt: "note" of Kommo takes no such input',
    ]);
  });

  test('Liquid that can not be read is told of with its place', () => {
    assert.deepEqual(told(step('note', { text: 'Hello {% if %}' })).length, 1);
    assert.match(
      told(step('note', { text: 'Hello {{ people.first-name | shout }}' }))[0] ?? '',
      /^input.text: .*shout/,
    );
  });

  test('a connector or an action that is not there is told of with those that are', () => {
    assert.deepEqual(told(step('note', {}, 'hubspot')), ['connector: there is no connector "hubspot"']);
    for (const name of ['mail', 'constructor', 7, undefined]) {
      assert.match(
        told(step(name, {}))[0] ?? '',
        /^action: Kommo knows no action .* it knows task, note, field, stage/,
      );
    }
  });

  test('what is no input at all is left to the check of shapes', () => {
    for (const input of [undefined, null, 'x', []]) assert.deepEqual(told(step('note', input)), []);
  });
});
