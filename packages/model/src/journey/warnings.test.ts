import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkJourney } from './problems.ts';
import { triedDefinition } from './trial.ts';
import { type Surroundings, warningsOf } from './warnings.ts';

const bought = { '$act::has_occurred': { field_id: 'act:cm:bought' } };
const opened = { '$act::has_occurred': { field_id: 'act::o' } };
const end = { kind: 'exit' };
const mail = { kind: 'email', template: 'T', next: 'end' };
const around: Surroundings = {
  channels: new Set(['email']),
  journeys: new Set(['Onboarding']),
  hasField: (id) => id === 'str::first',
};

function journeyOf(change: object) {
  const checked = checkJourney({
    name: 'Welcome',
    entry: { activity: 'act:cm:signed-up' },
    exits: [bought],
    goal: { name: 'Bought', when: bought },
    start: 'a',
    ...change,
  });
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.journey;
}
const warned = (change: object): string[] =>
  warningsOf(journeyOf(change), around).map(({ at, problem }) => `${at}: ${problem}`);
const shapes = { a: mail, end };

describe('what is hardly meant', () => {
  test('is nothing of a journey that has all it needs', () => {
    assert.deepEqual(warned({ shapes }), []);
  });

  const cases: [string, object, string[]][] = [
    ['no goal', { shapes, goal: undefined }, ['goal: there is no goal: nothing will tell whether the journey helps']],
    [
      'a hold-out without a goal',
      { shapes, goal: undefined, holdOut: 0.1 },
      ['goal: there is no goal by which those who are held out could be compared'],
    ],
    [
      'a goal that everybody has reached',
      { shapes, goal: { name: 'All', when: {} } },
      ['goal.when: holds for everybody: who enters has reached it at once'],
    ],
    [
      'a goal behind a shape that is off',
      {
        goal: undefined,
        shapes: { a: { ...mail, off: true, next: 'goal' }, goal: { kind: 'goal', name: 'There', next: 'end' }, end },
      },
      [
        'shapes.goal: nobody can reach the goal: what leads here is switched off, or has a share of 0 %',
        'shapes.a.off: is switched off: people wait here',
      ],
    ],
    [
      'a goal that no longer counts when the first mail goes',
      {
        shapes: {
          a: { kind: 'wait', until: bought, atMost: { days: 1 }, next: 'b' },
          b: { kind: 'delay', for: { days: 95 }, next: 'c' },
          c: mail,
          end,
        },
      },
      [
        'goal: nobody can reach it by what the journey does: the first step comes 95 days after entering, and the goal counts for 90 days; "for" says for how long',
      ],
    ],
    [
      'nothing of one that says that it counts for longer',
      {
        goal: { name: 'Bought', when: bought, for: { days: 96 } },
        shapes: { a: { kind: 'delay', for: { days: 95 }, next: 'b' }, b: mail, end },
      },
      [],
    ],
    [
      'a tag that lets in whoever has it, taken and given inside',
      {
        entry: { kind: 'tag', tag: 'Hot', again: 'any-time' },
        shapes: {
          a: { kind: 'tag', remove: ['hot'], next: 'b' },
          b: { kind: 'tag', add: ['Hot'], next: 'end' },
          end,
        },
      },
      ['shapes.b.add[0]: “Hot” is what people enter by, and is taken: whoever comes here enters again, and again'],
    ],
    [
      'no exit',
      { shapes: { a: { ...mail, next: 'b' }, b: { kind: 'delay', for: { days: 1 }, next: 'end' }, end }, exits: [] },
      ['exits: nothing lets people go before the end of their way'],
    ],
    ['no exit where nobody waits', { shapes, exits: [] }, []],
    [
      'no goal where nobody is told anything',
      { shapes: { a: { kind: 'tag', add: ['Customer'], next: 'end' }, end }, goal: undefined },
      [],
    ],
    [
      'nothing done',
      { shapes: { a: { kind: 'delay', for: { days: 1 }, next: 'end' }, end } },
      ['shapes: none of them does anything: nobody is written to, and nothing changes'],
    ],
    [
      'a wait without end',
      { shapes: { a: { ...mail, next: 'b' }, b: { kind: 'wait', until: opened, next: 'end' }, end } },
      ['shapes.b.atMost: is not given: whom no exit rule lets go waits here for ever'],
    ],
    [
      'waits that are longer than anybody may stand still',
      {
        leave: { still: { days: 2 } },
        shapes: {
          a: { kind: 'delay', for: { days: 3 }, next: 'b' },
          b: { kind: 'wait', until: bought, atMost: { hours: 49 }, next: 'c' },
          c: { kind: 'delay', for: { days: 2 }, next: 'd' },
          d: mail,
          end,
        },
      },
      [
        'shapes.a.for: is longer than "leave.still": whoever waits here to the end leaves the journey before it',
        'shapes.b.atMost: is longer than "leave.still": whoever waits here to the end leaves the journey before it',
      ],
    ],
    [
      'opens without e-mails',
      { shapes: { a: { kind: 'sms', text: 'T', next: 'end' }, end }, exits: [opened] },
      [
        "exits[0]: asks for act::o of this journey's e-mails, and it sends none",
        'shapes.a: the channel "sms" is not set up: the message is not sent, and that is recorded',
      ],
    ],
    [
      'a condition whose ways are one, and a share of nobody',
      {
        shapes: {
          a: { kind: 'condition', if: bought, yes: 'b', no: 'b' },
          b: {
            kind: 'split',
            branches: [
              { name: 'All', share: 100, next: 'c' },
              { name: 'None', share: 0, next: 'end' },
            ],
          },
          c: mail,
          end,
        },
      },
      [
        'shapes.a: has no effect: all its ways lead to the same shape',
        'shapes.b.branches[1].share: has a share of 0 %: nobody goes this way',
      ],
    ],
    [
      'names of what is not there, and a tag given and taken',
      {
        shapes: {
          a: { kind: 'journey', do: 'add', journey: 'Nowhere', next: 'b' },
          b: { kind: 'update', set: { 'str::first': 'A', 'str:cm:none': 'B' }, next: 'c' },
          c: { kind: 'tag', add: ['New'], remove: ['new'], next: 'd' },
          d: { kind: 'journey', do: 'add', journey: 'Onboarding', next: 'end' },
          end,
        },
      },
      [
        'shapes.a.journey: there is no journey “Nowhere”: nobody is passed on',
        'shapes.b.set: there is no field str:cm:none: the step will fail',
        'shapes.c.add[0]: “New” is given and taken away',
      ],
    ],
  ];
  for (const [what, change, expected] of cases) test(what, () => assert.deepEqual(warned(change), expected));
});

describe('a journey that is tried', () => {
  const journey = journeyOf({
    holdOut: 0.2,
    leave: { unsubscribed: true, still: { days: 30 } },
    shapes: {
      a: { kind: 'hold-out', share: 50, next: 'b' },
      b: {
        kind: 'delay',
        for: { days: 2 },
        within: { days: [1], from: '09:00', to: '17:00' },
        unless: bought,
        next: 'c',
      },
      c: { kind: 'wait', until: bought, next: 'd', atMost: { days: 3 }, timeout: 'end' },
      d: mail,
      end,
    },
  });

  test('holds nobody out, and waits as it does', () => {
    const { holdOut, leave, shapes: tried } = triedDefinition(journey, { skipWaits: false });
    assert.deepEqual([holdOut, leave], [0, journey.leave]);
    assert.deepEqual(tried, { ...journey.shapes, a: { kind: 'hold-out', share: 0, next: 'b' } });
  });

  test('in a hurry waits for seconds, and all else stays', () => {
    const { leave, shapes: tried } = triedDefinition(journey, { skipWaits: true });
    assert.deepEqual(leave, { unsubscribed: true, still: undefined });
    assert.deepEqual(tried.b, { kind: 'delay', for: { seconds: 5 }, unless: bought, next: 'c' });
    assert.deepEqual(tried.c, { ...journey.shapes.c, atMost: { seconds: 5 } });
    assert.deepEqual(tried.d, journey.shapes.d);
  });
});
