import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Problem } from '../filter/filter.ts';
import type { JourneyDefinition } from './journey.ts';
import { checkJourney } from './problems.ts';
import { nextOf, type Shape } from './shapes/index.ts';
import { contentOf } from './shapes/message.ts';

const exit = { kind: 'exit' };
const email = (next: string) => ({ kind: 'email', template: 'Hello', next });
const wait = (next: string, more: object = {}) => ({ kind: 'delay', for: { days: 2 }, next, ...more });
const opened = { '$act::has_occurred': { field_id: 'act::o' } };
const until = (next: string, timeout: string) => ({
  ...{ kind: 'wait', until: opened, atMost: { days: 1 }, next, timeout },
});
const jump = (to: string, next: string) => ({ kind: 'jump', to, atMost: 2, next });
const fork = (yes: string, no: string) => ({ kind: 'condition', if: opened, yes, no });

/** A journey that is right, with changes. */
const journey = (change: object = {}) => ({
  name: 'Follow-up',
  entry: { activity: 'act:cm:crm-stage-changed' },
  start: 'hello',
  shapes: { hello: email('end'), end: exit },
  ...change,
});
const problems = (input: unknown): Problem[] => {
  const checked = checkJourney(input);
  return 'problems' in checked ? checked.problems : [];
};
const withShapes = (shapes: Record<string, unknown>, start = Object.keys(shapes)[0]): Problem[] =>
  problems(journey({ shapes, start }));

describe('a journey that can not be read as a whole', () => {
  test('is told all the same what is wrong in the parts that can', () => {
    const shapes = {
      hello: { ...email('pause'), tempalte: 'x' },
      pause: wait('nowhere', { unless: { '$str::iss': { field_id: 'str::first' } } }),
      part: { kind: 'split', branches: ['A', 'B'].map((name) => ({ name, share: 20, next: 'end' })) },
      end: exit,
    };
    const entry = { kind: 'schedule', cron: '0 9 * * 1' };
    const told = problems(journey({ entry, exits: [{}], shapes, start: 'helo' }));
    assert.deepEqual(told.map(({ at }) => at).toSorted(), [
      'entry',
      'exits[0]',
      'shapes.hello',
      'shapes.part.branches',
      'shapes.pause',
      'shapes.pause.unless.$str::iss',
      'start',
    ]);
  });

  test('is not told of what comes of that alone', () => {
    assert.deepEqual(
      problems(journey({ shapes: [email('end')] })).map(({ at }) => at),
      ['shapes'],
    );
    assert.deepEqual(
      withShapes({ hello: { ...email('end'), kind: 'emial' }, end: exit }).map(({ at }) => at),
      ['shapes.hello.kind'],
    );
    assert.deepEqual(
      problems(journey({ entry: undefined })).map(({ at }) => at),
      ['entry'],
    );
    for (const odd of [undefined, null, 'x', []]) assert.equal(problems(odd).length, 1);
  });
});

describe('a journey that is right', () => {
  test('comes back with everything that may be left out', () => {
    const checked = checkJourney(journey());
    assert.ok('journey' in checked);
    assert.deepEqual(checked.journey, {
      ...journey(),
      entry: { kind: 'activity', activity: 'act:cm:crm-stage-changed', again: 'after-leaving' },
      exits: [],
      holdOut: 0,
      shapes: { hello: email('end'), end: { kind: 'exit', reason: 'completed' } },
    });
  });

  test('tells people something by their phones and in the product, under a title', () => {
    const push = { kind: 'push', title: 'Hi', text: 'there', next: 'inapp' };
    const inapp = { kind: 'inapp', title: 'Hi', text: 'there', next: 'end' };
    assert.deepEqual(withShapes({ push, inapp, end: exit }), []);
    assert.deepEqual(contentOf({ ...push, kind: 'push' }), { channel: 'push', title: 'Hi', text: 'there' });
    const { title: _, ...untitled } = push;
    assert.match(withShapes({ push: untitled, inapp, end: exit })[0]!.at, /^shapes\.push\.title$/);
  });

  test('may go in circles, as long as it always rests on the way', () => {
    assert.deepEqual(
      withShapes({ hello: email('week'), week: wait('seen'), seen: fork('end', 'hello'), end: exit }),
      [],
    );
  });

  test('may remind her until she does it, so often and no oftener: whoever was too late has waited', () => {
    const shapes = { hello: email('seen'), seen: until('end', 'again'), again: jump('hello', 'end'), end: exit };
    assert.deepEqual(withShapes(shapes), []);
    assert.deepEqual(withShapes({ hello: email('seen'), seen: until('end', 'hello'), end: exit }), []);
  });
});

describe('what is wrong with a journey is said with its place', () => {
  const table: [what: string, found: () => Problem[], expected: Problem[]][] = [
    [
      'a start that is not there',
      () => problems(journey({ start: 'x' })),
      [{ at: 'start', problem: 'there is no shape "x"' }],
    ],
    [
      'a start that all objects have',
      () => problems(journey({ start: 'constructor' })),
      [{ at: 'start', problem: 'there is no shape "constructor"' }],
    ],
    [
      'a way into nothing',
      () => withShapes({ a: email('x') }),
      [{ at: 'shapes.a', problem: 'leads to "x", which is not there' }],
    ],
    [
      'both ways of a condition into nothing',
      () => withShapes({ a: fork('x', 'y') }),
      [
        { at: 'shapes.a', problem: 'leads to "x", which is not there' },
        { at: 'shapes.a', problem: 'leads to "y", which is not there' },
      ],
    ],
    [
      'a shape that nothing leads to',
      () => withShapes({ a: exit, b: email('a') }),
      [{ at: 'shapes.b', problem: 'nothing leads here' }],
    ],
    [
      'a circle of e-mails',
      () => withShapes({ a: email('b'), b: email('a') }),
      [{ at: 'shapes.a', problem: 'a circle without a delay that always waits: a → b → a' }],
    ],
    [
      'an e-mail that leads to itself',
      () => withShapes({ a: email('a') }),
      [{ at: 'shapes.a', problem: 'a circle without a delay that always waits: a → a' }],
    ],
    [
      'a circle beyond a delay',
      () => withShapes({ d: wait('a'), a: fork('b', 'e'), b: email('a'), e: exit }),
      [{ at: 'shapes.a', problem: 'a circle without a delay that always waits: a → b → a' }],
    ],
    [
      'a circle by a wait that ends at once, once she has opened',
      () => withShapes({ a: email('w'), w: until('a', 'e'), e: exit }),
      [{ at: 'shapes.a', problem: 'a circle without a delay that always waits: a → w → a' }],
    ],
    [
      'going back at once, though no oftener than a jump says',
      () => withShapes({ a: email('j'), j: jump('a', 'e'), e: exit }),
      [{ at: 'shapes.a', problem: 'a circle without a delay that always waits: a → j → a' }],
    ],
    [
      'a circle whose only delay ends at once, once she has opened',
      () => withShapes({ a: email('d'), d: wait('a', { unless: opened }) }),
      [{ at: 'shapes.a', problem: 'a circle without a delay that always waits: a → d → a' }],
    ],
    [
      'an entry filter that is none',
      () => problems(journey({ entry: { activity: 'act::o', filter: { '$str::eq': { field_id: 'a' } }, person: 5 } })),
      [
        { at: 'entry.filter.$str::eq', problem: 'unknown operator $str::eq' },
        { at: 'entry.person', problem: 'a filter is an object with one operator' },
      ],
    ],
    [
      'an entry that compares what she did before with what starts it',
      () =>
        problems(
          journey({
            entry: {
              activity: 'act::o',
              filter: opened,
              person: { $and: [{ '$act::has_occurred': { field_id: 'act::o', same: ['str::s'] } }] },
            },
          }),
        ),
      [
        { at: 'entry.filter', problem: 'can not ask whether act::o occurred: ask it under "person"' },
        { at: 'entry.person', problem: '"same" of act::o has nothing to compare with before the journey has begun' },
      ],
    ],
    [
      'a condition that asks for the same deal as at the beginning, and for all there ever was',
      () =>
        withShapes({
          deal: {
            ...fork('end', 'end'),
            if: { $and: [{ '$act::has_occurred': { field_id: 'act::o', ever: true, same: ['str::s'] } }] },
          },
          end: exit,
        }),
      [
        {
          at: 'shapes.deal.if',
          problem: '"same" and "ever" of act::o: "same" compares within the run alone; leave out one of them',
        },
      ],
    ],
    [
      'an exit, a goal, a delay and a condition with a wrong filter',
      () =>
        problems(
          journey({
            exits: [{}, { $and: 1 }, { $and: [{}, { $or: [] }] }],
            goal: { name: 'Meeting', when: 'booked' },
            shapes: { hello: wait('c', { unless: 'soon' }), c: { ...fork('end', 'end'), if: [] }, end: exit },
          }),
        ),
      [
        { at: 'exits[1].$and', problem: 'a group is a list of filters' },
        { at: 'goal.when', problem: 'a filter is an object with one operator' },
        { at: 'shapes.hello.unless', problem: 'a filter is an object with one operator' },
        { at: 'shapes.c.if', problem: 'a filter is an object with one operator' },
        { at: 'exits[0]', problem: 'holds for everybody: who enters would leave at once' },
        { at: 'exits[2]', problem: 'holds for everybody: who enters would leave at once' },
      ],
    ],
  ];

  for (const [what, found, expected] of table) test(what, () => assert.deepEqual(found(), expected));

  test('an id that no shape can have, with what one can be', () => {
    assert.deepEqual(withShapes({ Welcome_mail: email('end'), end: exit }), [
      {
        at: 'shapes.Welcome_mail',
        problem: 'the id of a shape has 1 to 64 of a to z, 0 to 9 and -, and does not begin with -',
      },
    ]);
  });

  test('a shape too many', () => {
    const chain = (n: number): Record<string, unknown> =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${i}`, i === n - 1 ? exit : wait(`s${i + 1}`)]));
    assert.deepEqual(withShapes(chain(100)), []);
    assert.deepEqual(withShapes(chain(101)), [{ at: 'shapes', problem: 'more than 100 shapes' }]);
  });

  test('parts that are missing, unknown or out of range', () => {
    const at = (change: object): string[] => problems(journey(change)).map((problem) => problem.at);
    assert.deepEqual(at({ name: ' ' }), ['name']);
    assert.deepEqual(at({ entry: { activity: 'str::email' } }), ['entry.activity']);
    assert.deepEqual(at({ entry: undefined, start: undefined }), ['entry', 'start']);
    assert.deepEqual(at({ holdOut: 0.95 }), ['holdOut']);
    assert.deepEqual(at({ holdOut: -0.1 }), ['holdOut']);
    assert.deepEqual(at({ goal: { name: '', when: {} } }), ['goal.name']);
    assert.deepEqual(at({ goal: { name: 'Meeting' } }), ['goal.when']);
    assert.deepEqual(at({ colour: 'red' }), ['']);
    assert.deepEqual(at({ shapes: { 'Not kebab': exit }, start: 'Not kebab' }), ['shapes.Not kebab']);
    assert.deepEqual(at({ shapes: { hello: { kind: 'dance' } } }), ['shapes.hello.kind']);
    assert.deepEqual(at({ shapes: { hello: { kind: 'condition', yes: 'a', no: 'b' } } }), ['shapes.hello.if']);
    assert.deepEqual(at({ shapes: { hello: wait('end', { for: {} }), end: exit } }), ['shapes.hello.for']);
    assert.deepEqual(at({ shapes: { hello: { ...email('end'), colour: 'red' }, end: exit } }), ['shapes.hello']);
    assert.deepEqual(problems(null).length, 1);
  });
});

describe('whatever graph is drawn', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const to = fc.constantFrom(...ids);
  const shape = fc.oneof(
    to.map((next) => email(next)),
    to.map((next) => wait(next)),
    to.map((next) => wait(next, { unless: opened })),
    fc.tuple(to, to).map(([yes, no]) => fork(yes, no)),
    fc.tuple(to, to).map(([next, timeout]) => until(next, timeout)),
    fc.tuple(to, to).map(([back, next]) => jump(back, next)),
    fc.constant(exit),
  );
  const graph = fc
    .tuple(shape, shape, shape, shape, shape)
    .map((shapes) => Object.fromEntries(shapes.map((s, i) => [ids[i]!, s])));

  /** Walks every way from every shape, and tells whether one comes back without having rested. */
  const isRestless = (shapes: Record<string, Shape>): boolean =>
    ids.some((from) => {
      const atOnce = (id: string): string[] => {
        const step = shapes[id]!;
        if (step.kind === 'wait') return [step.next];
        return step.kind === 'delay' && !('unless' in step) ? [] : nextOf(step);
      };
      let reached = atOnce(from);
      for (let step = 0; step < ids.length; step++) {
        if (reached.includes(from)) return true;
        reached = [...new Set(reached.flatMap(atOnce))];
      }
      return false;
    });

  test('a journey is refused exactly when a run could go round without rest, or a shape is out of reach', () => {
    fc.assert(
      fc.property(graph, (shapes) => {
        const found = withShapes(shapes, 'a').map(({ problem }) => problem);
        assert.equal(
          found.some((problem) => problem.startsWith('a circle')),
          isRestless(shapes as JourneyDefinition['shapes']),
        );
        const seen = new Set(['a']);
        for (const id of seen) for (const next of nextOf(shapes[id] as Shape)) seen.add(next);
        assert.equal(found.filter((problem) => problem === 'nothing leads here').length, ids.length - seen.size);
      }),
      { numRuns: 500 },
    );
  });
});
