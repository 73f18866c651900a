import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { after, DAY, did, HOUR, journeyOf, move, newRun, runOf, SECOND } from './test/support.ts';

const openedFirst = {
  '$act::has_occurred': { field_id: 'act::o', filter: { '$str::is': { field_id: 'str::jsi', value: 'first' } } },
};
const movedOn = {
  '$act::has_occurred': {
    field_id: 'act:cm:stage',
    same: ['str:cm:lead-id'],
    filter: { '$str::is_not': { field_id: 'str:cm:stage', value: 'Qualification' } },
  },
};
const booked = { '$act::has_occurred': { field_id: 'act:cm:meeting-booked' } };
const shapes = {
  first: { kind: 'email', template: 'One', next: 'wait' },
  wait: { kind: 'delay', for: { days: 2 }, unless: openedFirst, next: 'second' },
  second: { kind: 'email', template: 'Two', next: 'end' },
  end: { kind: 'exit' },
};
const followUp = journeyOf(shapes, { exits: [movedOn], goal: { name: 'Meeting', when: booked } });
const run = newRun();
const mail = (template: string) => ({
  kind: 'message',
  content: { channel: 'email', template },
  sending: undefined,
});
/** Anna after her first e-mail, on her way to the second. */
const waiting = move(run, followUp, 0).run;
const open = (ms: number, more: object = {}) =>
  did('act::o', ms, { 'idt::jri': runOf(run), 'str::jsi': 'first', ...more });
const stage = (ms: number, to: string, lead = '42') =>
  did('act:cm:stage', ms, { 'str:cm:lead-id': lead, 'str:cm:stage': to });

describe('a run', () => {
  test('goes as far as the first shape that waits, and tells what it did', () => {
    const { run: at, moves, effects } = move(run, followUp, 5);
    assert.deepEqual(moves, [
      { runId: run.id, shapeId: 'first', did: 'asked for the e-mail “One”' },
      { runId: run.id, shapeId: 'wait', did: 'waits until 2026-03-04 08:00 UTC' },
    ]);
    assert.deepEqual(effects, [{ shapeId: 'first', effect: mail('One') }]);
    assert.deepEqual(at, {
      ...run,
      shapeId: 'wait',
      arrivedAt: after(5),
      dueAt: after(2 * DAY + 5),
      listens: ['act:cm:stage', 'act:cm:meeting-booked', 'act::o'],
    });
  });

  test('is not changed by being looked at: what it was is still there', () => {
    const frozen = Object.freeze({ ...run });
    assert.notEqual(move(frozen, followUp, 0).run, frozen);
  });

  test('that is looked at too soon stays where it is, as it is, and says nothing', () => {
    const again = move(waiting, followUp, HOUR);
    assert.deepEqual(again, { run: waiting, moves: [], effects: [], passed: [] });
  });

  test('goes on when its time is up, counted from its arrival, and ends', () => {
    const { run: at, moves, effects } = move(waiting, followUp, 2 * DAY + 3 * HOUR);
    assert.deepEqual(
      moves.map((m) => [m.shapeId, m.did]),
      [
        ['wait', 'waited long enough'],
        ['second', 'asked for the e-mail “Two”'],
        ['end', 'left: completed'],
      ],
    );
    assert.deepEqual(
      effects.map((e) => e.effect),
      [mail('Two')],
    );
    assert.deepEqual([at.shapeId, at.leftAt, at.leftReason], ['end', after(2 * DAY + 3 * HOUR), 'completed']);
  });

  test('counts each delay from when she came to it, not from when she might have', () => {
    const delay = (next: string) => ({ kind: 'delay', for: { days: 1 }, next });
    const twice = journeyOf({ one: delay('two'), two: delay('end'), end: { kind: 'exit' } });
    const { run: at } = move(move(run, twice, 0).run, twice, DAY + HOUR);
    assert.deepEqual([at.shapeId, at.arrivedAt, at.dueAt], ['two', after(DAY + HOUR), after(2 * DAY + HOUR)]);
  });

  test('goes on at once when she opens; a machine, another run’s message and another message do not count', () => {
    const of = (activity: ReturnType<typeof did>) =>
      move(waiting, followUp, HOUR, { activities: [activity] }).moves.length;
    assert.equal(of(open(HOUR)), 3);
    assert.equal(of(open(HOUR, { 'bol::m': true })), 0);
    assert.equal(of(open(HOUR, { 'idt::jri': runOf(newRun({ id: '999' })) })), 0);
    assert.equal(of(open(HOUR, { 'str::jsi': 'second' })), 0);
  });

  test('whose version lacks the shape it stands at is an error, for whoever runs it to see', () => {
    assert.throws(() => move({ ...waiting, shapeId: 'gone', version: 3 }, followUp, 0), /no shape "gone" in version 3/);
  });

  test('that could go on for ever is interrupted, and is due again at once where it stopped', () => {
    const { start, ...rest } = journeyOf({ a: { kind: 'delay', for: { days: 1 }, next: 'a' } });
    const endless = { start, ...rest, shapes: { a: { kind: 'email', template: 'T', next: 'a' } } } as typeof followUp;
    const { run: at, moves } = move(run, endless, 0);
    assert.equal(moves.length, 100);
    assert.deepEqual([at.shapeId, at.dueAt, at.leftAt, at.endedAt], ['a', after(0), null, null]);
  });
});

test('of somebody who was archived ends where it is, and sends nothing more', () => {
  const due = move(waiting, followUp, 2 * DAY, { gone: 'the person was archived' });
  assert.deepEqual(due.moves, [{ runId: run.id, shapeId: 'wait', did: 'left: the person was archived' }]);
  assert.deepEqual([due.effects, due.run.leftReason], [[], 'the person was archived']);
});

describe('an exit rule', () => {
  test('lets her go as soon as her deal moves on, before anything else is sent', () => {
    const due = move(waiting, followUp, 2 * DAY, { activities: [stage(DAY, 'Won')] });
    assert.deepEqual(due.moves, [{ runId: run.id, shapeId: 'wait', did: 'left: exit rule', exitRule: 1 }]);
    assert.deepEqual(due.effects, []);
    assert.deepEqual([due.run.leftAt, due.run.leftReason], [after(2 * DAY), 'exit rule']);
  });

  test('does not see what started the run, nor the same stage again, nor another deal', () => {
    const moves = (...activities: ReturnType<typeof did>[]) => move(run, followUp, HOUR, { activities }).run.leftReason;
    const entry = { ...stage(0, 'New lead'), id: run.entryActivityId };
    assert.equal(moves(entry), null);
    assert.equal(moves(stage(HOUR, 'Qualification')), null);
    assert.equal(moves(stage(HOUR, 'Won', '43')), null);
    assert.equal(moves(stage(-HOUR, 'Won')), null);
    assert.equal(moves(entry, stage(HOUR, 'Lost')), 'exit rule');
  });

  test('sees a move of the same second, when it was recorded after the one that started the run', () => {
    const at = (sequence: bigint) =>
      did('act:cm:stage', 0, { 'str:cm:lead-id': '42', 'str:cm:stage': 'Won' }, sequence);
    assert.equal(move(run, followUp, SECOND, { activities: [at(9n)] }).run.leftReason, null);
    assert.equal(move(run, followUp, SECOND, { activities: [at(11n)] }).run.leftReason, 'exit rule');
  });

  test('can look at what is known of her', () => {
    const journey = journeyOf(shapes, { exits: [{ '$bol::is': { field_id: 'bol::p', value: false } }] });
    assert.equal(move(run, journey, 0, { fields: { 'bol::p': true } }).run.leftReason, null);
    const { run: at, effects } = move(run, journey, 0, { fields: { 'bol::p': false } });
    assert.equal(at.leftReason, 'exit rule');
    assert.deepEqual(effects, [], 'nothing was sent');
  });

  test('ends a run for good when the journey has no goal', () => {
    const { run: at } = move(run, journeyOf(shapes, { exits: [movedOn] }), HOUR, { activities: [stage(HOUR, 'Won')] });
    assert.deepEqual([at.endedAt, at.dueAt, at.listens], [after(HOUR), null, []]);
  });
});

describe('a goal', () => {
  const meeting = (ms: number) => did('act:cm:meeting-booked', ms);

  test('is reached once, and she goes on', () => {
    const reached = move(waiting, followUp, HOUR, { activities: [meeting(HOUR)] });
    assert.deepEqual(
      reached.moves.map((m) => m.did),
      ['reached the goal “Meeting”', 'waits until 2026-03-04 08:00 UTC'],
    );
    assert.deepEqual([reached.run.goalAt, reached.run.leftAt, reached.run.dueAt], [after(HOUR), null, after(2 * DAY)]);
    const again = move(reached.run, followUp, 2 * HOUR, { activities: [meeting(HOUR), meeting(2 * HOUR)] });
    assert.deepEqual(again, { run: reached.run, moves: [], effects: [], passed: [] });
  });

  test('and an exit in the same turn both count', () => {
    const { run: at } = move(waiting, followUp, HOUR, { activities: [meeting(HOUR), stage(HOUR, 'Won')] });
    assert.deepEqual([at.goalAt, at.leftReason, at.endedAt], [after(HOUR), 'exit rule', after(HOUR)]);
  });

  test('can be reached after she has left, for ninety days from when she entered', () => {
    const left = move(waiting, followUp, 2 * DAY).run;
    assert.deepEqual([left.endedAt, left.dueAt, left.listens], [null, after(90 * DAY), ['act:cm:meeting-booked']]);
    const later = move(left, followUp, 40 * DAY, { activities: [meeting(40 * DAY)] });
    assert.deepEqual(
      later.moves.map((m) => m.did),
      ['reached the goal “Meeting”'],
    );
    assert.deepEqual(
      [later.run.goalAt, later.run.endedAt, later.run.dueAt, later.run.listens],
      [after(40 * DAY), after(40 * DAY), null, []],
    );
    assert.deepEqual([later.run.leftAt, later.run.leftReason], [left.leftAt, 'completed'], 'it left when it left');
  });

  test('does not count any more after that, and the run ends', () => {
    const left = move(waiting, followUp, 2 * DAY).run;
    const { run: at, moves } = move(left, followUp, 90 * DAY, { activities: [meeting(90 * DAY)] });
    assert.deepEqual([at.goalAt, at.endedAt, moves], [null, after(90 * DAY), []]);
  });

  test('counts for as long as the journey says', () => {
    const longer = { ...followUp, goal: { ...followUp.goal!, for: { days: 180 } } };
    const left = move(waiting, longer, 2 * DAY).run;
    assert.deepEqual(left.dueAt, after(180 * DAY));
    assert.deepEqual(move(left, longer, 179 * DAY, { activities: [meeting(179 * DAY)] }).run.goalAt, after(179 * DAY));
    assert.equal(move(left, longer, 180 * DAY, { activities: [meeting(180 * DAY)] }).run.goalAt, null);
  });

  test('is watched of those held out, who get nothing', () => {
    const heldOut = newRun({ leftAt: after(0), leftReason: 'held out', dueAt: after(90 * DAY) });
    const idle = move(heldOut, followUp, HOUR, { activities: [open(HOUR), stage(HOUR, 'Won')] });
    assert.deepEqual([idle.moves, idle.effects, idle.run.goalAt, idle.run.endedAt], [[], [], null, null]);
    assert.deepEqual(idle.run.listens, ['act:cm:meeting-booked']);
    const reached = move(idle.run, followUp, DAY, { activities: [meeting(DAY)] });
    assert.deepEqual([reached.effects, reached.run.goalAt, reached.run.endedAt], [[], after(DAY), after(DAY)]);
    assert.deepEqual([reached.run.leftReason, reached.run.shapeId], ['held out', null]);
  });
});

describe('whoever manages the journey', () => {
  const journey = journeyOf({
    pause: { kind: 'delay', for: { days: 2 }, next: 'mail' },
    mail: { kind: 'email', template: 'T', onFailure: 'exit', next: 'end' },
    end: { kind: 'exit' },
  });
  const waiting = move(newRun(), journey, 0).run;

  test('ends a run with a reason, also while it is kept where it is', () => {
    const ended = move({ ...waiting, memory: { end: 'ended by hand' } }, journey, HOUR, { paused: true });
    assert.deepEqual([ended.run.leftReason, ended.run.endedAt, ended.passed], ['ended by hand', after(HOUR), []]);
  });

  test('switches a shape off for a version that has it on, and on for one that has it off', () => {
    const off = move(waiting, journey, 2 * DAY, { off: (id) => id === 'mail' });
    assert.deepEqual([off.run.shapeId, off.run.held, off.run.dueAt, off.passed], ['mail', true, null, ['pause']]);
    const stillOff = move(off.run, journey, 3 * DAY, { off: () => true });
    assert.deepEqual([stillOff.run, stillOff.moves], [off.run, []]);
    const on = move(off.run, journey, 3 * DAY, { off: () => false });
    assert.deepEqual([on.run.held, on.effects.length], [false, 1]);
  });

  test('moves a run that waits to hear of its e-mail to another id: it is heard of by the old one', () => {
    const asked = move(waiting, journey, 2 * DAY).run;
    assert.equal(asked.shapeId, 'mail');
    const renamed = { ...journey, shapes: { ...journey.shapes, letter: journey.shapes.mail! } };
    const moved = { ...asked, shapeId: 'letter', memory: { asked: { ...asked.memory.asked!, as: 'mail' } } };
    const sent = did('act::s', 2 * DAY + HOUR, { 'str::jsi': 'mail', 'idt::jri': runOf(asked) });
    const heard = move(moved, renamed, 2 * DAY + HOUR, { activities: [sent] });
    assert.deepEqual([heard.effects, heard.run.leftReason, heard.passed], [[], 'completed', ['letter', 'end']]);
  });

  test('lets time pass over an exit while the journey is paused', () => {
    const held = move(waiting, journey, 2 * DAY, { paused: true, lookAgain: after(5 * DAY) });
    assert.deepEqual([held.run.held, held.run.dueAt], [true, after(5 * DAY)]);
  });
});

describe('whatever the journey and whenever it is looked at', () => {
  const ids = ['a', 'b', 'c', 'd'];
  /** Ways on lead forward only, so that every one of these is right. */
  const shapeAt = (i: number) => {
    const next = fc.constantFrom(...ids.slice(i + 1), 'end');
    return fc.oneof(
      next.map((to) => ({ kind: 'email', template: 'T', next: to })),
      fc
        .tuple(next, fc.integer({ min: 1, max: 72 }))
        .map(([to, hours]) => ({ kind: 'delay', for: { hours }, next: to })),
      fc
        .tuple(next, next)
        .map(([yes, no]) => ({ kind: 'condition', if: { '$bol::is': { field_id: 'bol::x', value: true } }, yes, no })),
    );
  };
  const drawn = fc.tuple(...ids.map((_, i) => shapeAt(i)));
  const looks = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 });

  test('a run comes to each shape at most once, sends each e-mail at most once, and looking again adds nothing', () => {
    fc.assert(
      fc.property(drawn, looks, fc.boolean(), (list, hours, x) => {
        const all = {
          ...Object.fromEntries(list.map((shape, i) => [ids[i]!, shape])),
          end: { kind: 'exit', reason: 'completed' },
        };
        const journey = {
          ...followUp,
          exits: [],
          goal: undefined,
          start: 'a',
          shapes: all,
        } as unknown as typeof followUp;
        let at = newRun();
        const sent: string[] = [];
        for (const hour of hours.sort((m, n) => m - n)) {
          if (at.endedAt) break;
          const done = move(at, journey, hour * HOUR, { fields: { 'bol::x': x } });
          sent.push(...done.effects.map((effect) => effect.shapeId));
          const again = move(done.run, journey, hour * HOUR, { fields: { 'bol::x': x } });
          if (!done.run.endedAt) assert.deepEqual(again, { run: done.run, moves: [], effects: [], passed: [] });
          assert.ok(done.run.endedAt || done.run.dueAt! > after(hour * HOUR), 'it waits for later, or has ended');
          at = done.run;
        }
        assert.equal(new Set(sent).size, sent.length);
      }),
    );
  });
});
