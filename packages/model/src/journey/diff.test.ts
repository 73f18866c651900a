import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffJourneys, lineOf } from './diff.ts';

const won = { '$act::has_occurred': { field_id: 'act:cm:won' } };
const lost = { '$act::has_occurred': { field_id: 'act:cm:lost' } };
const journey = {
  name: 'Welcome',
  entry: { kind: 'activity', activity: 'act:cm:signed-up' },
  exits: [won, lost],
  start: 'hello',
  shapes: {
    hello: { kind: 'email', template: 'Hello', next: 'pause' },
    pause: { kind: 'delay', for: { days: 2 }, next: 'end' },
    end: { kind: 'exit' },
  },
};
const lines = (before: unknown, after: unknown): string[] => diffJourneys(before, after).map(lineOf);

test('what says the same differs in nothing: another order, an older form, what is left out', () => {
  const same = {
    shapes: { ...journey.shapes, end: { reason: 'completed', kind: 'exit' } },
    start: 'hello',
    exits: [lost, won],
    holdOut: 0,
    entry: { activity: 'act:cm:signed-up', again: 'after-leaving' },
    name: 'Welcome',
  };
  assert.deepEqual(diffJourneys(journey, same), []);
});

test('shapes that come, go and change are told, with the parts that changed', () => {
  const { hello, end } = journey.shapes;
  const after = {
    ...journey,
    shapes: {
      hello: { ...hello, template: 'Hi', title: 'The first mail' },
      rest: { kind: 'delay', for: { days: 1, hours: 12 }, next: 'end' },
      end,
    },
  };
  assert.deepEqual(lines(journey, after), [
    '~ shapes.hello.template: “Hello” → “Hi”',
    '+ shapes.hello.title: “The first mail”',
    '- shapes.pause: {"for":{"days":2},"kind":"delay","next":"end"}',
    '+ shapes.rest: {"for":{"days":1,"hours":12},"kind":"delay","next":"end"}',
  ]);
});

test('entry, exits and settings are told, lengths of time in words', () => {
  const after = {
    ...journey,
    name: 'Welcome, again',
    entry: { ...journey.entry, again: { days: 30 } },
    exits: [won, won],
    goal: { name: 'Won', when: won },
    holdOut: 0.1,
    leave: { still: { days: 30 } },
    shapes: { ...journey.shapes, pause: { kind: 'delay', for: { days: 1, minutes: 30 }, next: 'end' } },
  };
  assert.deepEqual(lines(journey, after), [
    '~ name: “Welcome” → “Welcome, again”',
    '~ holdOut: 0 → 0.1',
    '~ entry.again: “after-leaving” → 30 days',
    '+ leave: {"still":{"days":30},"unsubscribed":false}',
    '+ goal: {"name":"Won","when":{"$act::has_occurred":{"field_id":"act:cm:won"}}}',
    '- exits: {"$act::has_occurred":{"field_id":"act:cm:lost"}}',
    '+ exits: {"$act::has_occurred":{"field_id":"act:cm:won"}}',
    '~ shapes.pause.for: 2 days → 1 day 30 minutes',
  ]);
  assert.deepEqual(
    diffJourneys(journey, after).find(({ at }) => at === 'entry.again'),
    { at: 'entry.again', change: 'changed', before: 'after-leaving', after: { days: 30 } },
  );
});

test('a draft that is wrong is compared as it stands', () => {
  assert.deepEqual(lines(journey, { ...journey, start: 7, shapes: { hello: 'nothing' } }), [
    '~ start: “hello” → 7',
    '~ shapes.hello: {"kind":"email","next":"pause","template":"Hello"} → “nothing”',
    '- shapes.pause: {"for":{"days":2},"kind":"delay","next":"end"}',
    '- shapes.end: {"kind":"exit"}',
  ]);
  assert.deepEqual(lines(undefined, null), []);
});
