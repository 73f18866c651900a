import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { moveFrom } from './move-from.ts';
import { moment } from './test/support.ts';

describe('what a shape makes of a moment', () => {
  test('an e-mail is asked for, and she goes on without waiting for it', () => {
    assert.deepEqual(moveFrom({ kind: 'email', template: 'Case study', next: 'wait' }, moment()), {
      do: 'go',
      to: 'wait',
      did: 'asked for the e-mail “Case study”',
      effects: [{ kind: 'message', content: { channel: 'email', template: 'Case study' }, sending: undefined }],
    });
  });

  test('a note to the team is told of as it will be read; one that can not be rendered as it was written', () => {
    const to = ['daniel@acme.example'];
    const note = { kind: 'notice', to, subject: 'Call {{ people.first-name }}', text: 'Now', next: 'end' } as const;
    const does = (render: (text: string) => string) => {
      const move = moveFrom(note, moment({ render }));
      assert.equal(move.do, 'go');
      return [move.did, move.effects?.map((effect) => 'content' in effect && effect.content)];
    };
    // What is sent is rendered as it leaves.
    const effect = [{ channel: 'notice', to, subject: 'Call {{ people.first-name }}', text: 'Now' }];
    assert.deepEqual(
      does((text) => text.replace('{{ people.first-name }}', 'Anna\n')),
      ['asked for the note to the team “Call Anna”', effect],
    );
    const broken = does(() => {
      throw new Error('line 1: no such filter');
    });
    assert.deepEqual(broken, ['asked for the note to the team “Call {{ people.first-name }}”', effect]);
  });

  test('an action is asked for with what it is given, and she goes on', () => {
    const input = { text: 'Call {{ people.first-name }}', dueInHours: 24 };
    const step = { kind: 'action', connector: 'kommo', action: 'task', input, next: 'end' } as const;
    assert.deepEqual(moveFrom(step, moment()), {
      do: 'go',
      to: 'end',
      did: 'asked kommo for “task”',
      effects: [{ kind: 'action', connector: 'kommo', action: 'task', input }],
    });
  });

  test('a condition sends her one way or the other, as things stand, and says which', () => {
    const step = {
      kind: 'condition',
      if: {
        $and: [
          { '$str::is': { field_id: 'str:cm:segment', value: 'SaaS' } },
          { '$act::has_occurred': { field_id: 'act::o' } },
        ],
      },
      yes: 'call',
      no: 'ask',
    } as const;
    const activities = () => [{ at: new Date(0), attributes: {} }];
    const fields = { 'str:cm:segment': 'saas' };
    assert.deepEqual(moveFrom(step, moment({ fields, activities })), {
      do: 'go',
      to: 'call',
      did: 'the condition holds',
    });
    const not = { do: 'go', to: 'ask', did: 'the condition does not hold' };
    assert.deepEqual(moveFrom(step, moment({ fields })), not);
    assert.deepEqual(moveFrom(step, moment({ activities })), not);
  });

  test('an exit ends her way, with its reason', () => {
    assert.deepEqual(moveFrom({ kind: 'exit', reason: 'no answer' }, moment()), { do: 'leave', reason: 'no answer' });
  });

  test('a delay keeps her', () => {
    assert.equal(moveFrom({ kind: 'delay', for: { hours: 1 }, next: 'end' }, moment()).do, 'wait');
  });
});
