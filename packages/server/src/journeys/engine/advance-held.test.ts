import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { after, DAY, did, HOUR, journeyOf, move, newRun, runOf } from './test/support.ts';

const stageWon = { '$str::is': { field_id: 'str:cm:stage', value: 'Won' } };
const shapes = {
  wait: { kind: 'delay', for: { days: 2 }, next: 'mail' },
  mail: { kind: 'email', template: 'One', next: 'end' },
  end: { kind: 'exit' },
};
const journey = journeyOf(shapes, { exits: [stageWon] });
const run = newRun();
const waiting = move(run, journey, 0).run;
const dids = (advanced: ReturnType<typeof move>) => advanced.moves.map((m) => m.did);

describe('a journey that is paused', () => {
  const paused = move(waiting, journey, 3 * DAY, { paused: true });

  test('keeps everybody where they are, and says so once', () => {
    assert.deepEqual(dids(paused), ['waits: the journey is paused']);
    assert.deepEqual([paused.run.held, paused.run.dueAt, paused.run.shapeId], [true, null, 'wait']);
    const again = move(paused.run, journey, 4 * DAY, { paused: true });
    assert.deepEqual([again.moves, again.run], [[], paused.run]);
  });

  test('still lets go by its exits', () => {
    const left = move(paused.run, journey, 4 * DAY, { paused: true, fields: { 'str:cm:stage': 'Won' } });
    assert.deepEqual([left.run.leftReason, left.run.held], ['exit rule', false]);
  });

  test('goes on where it was: what was due meanwhile is due now, what was not is not put off', () => {
    assert.deepEqual(dids(move(paused.run, journey, 4 * DAY)), [
      'waited long enough',
      'asked for the e-mail “One”',
      'left: completed',
    ]);
    const early = move(waiting, journey, HOUR, { paused: true }).run;
    const resumed = move(early, journey, 5 * HOUR);
    assert.deepEqual([resumed.run.dueAt, resumed.run.held], [after(2 * DAY), false]);
    assert.deepEqual(dids(resumed), ['waits until 2026-03-04 08:00 UTC']);
  });
});

describe('a shape that is switched off', () => {
  const off = journeyOf({ ...shapes, mail: { ...shapes.mail, off: true } }, { exits: [stageWon] });

  test('keeps people in front of it, without doing it', () => {
    const kept = move(waiting, off, 2 * DAY);
    assert.deepEqual([kept.run.held, kept.run.shapeId, kept.effects], [true, 'mail', []]);
    assert.deepEqual(dids(kept), ['waited long enough', 'waits: the shape is switched off']);
  });

  test('is passed by whoever is moved on by hand, without being done', () => {
    const kept = move(waiting, off, 2 * DAY).run;
    const on = move({ ...kept, memory: { moveOn: 'mail' } }, off, 2 * DAY);
    assert.deepEqual(dids(on), ['moved on by hand, without this step', 'left: completed']);
    assert.deepEqual([on.effects, on.run.memory], [[], {}]);
  });
});

test('moved on by hand from a wait, she goes on at once', () => {
  const on = move({ ...waiting, memory: { moveOn: 'wait' } }, journey, HOUR);
  assert.deepEqual(dids(on), ['moved on by hand, without this step', 'asked for the e-mail “One”', 'left: completed']);
});

describe('leaving without a filter', () => {
  const leaving = journeyOf(shapes, { leave: { unsubscribed: true, still: { days: 1 } } });

  test('by unsubscribing from all e-mail', () => {
    const at = move(run, leaving, 0).run;
    assert.ok(at.listens.includes('act::u-all'));
    const left = move(at, leaving, HOUR, { activities: [did('act::u-all', HOUR)] });
    assert.equal(left.run.leftReason, 'unsubscribed');
  });

  test('by standing still: looked at in time, to the moment', () => {
    const at = move(run, leaving, 0).run;
    assert.deepEqual(at.dueAt, after(DAY), 'which is before the end of the delay');
    assert.equal(move(at, leaving, DAY - 1).run.leftAt, null);
    assert.equal(move(at, leaving, DAY).run.leftReason, 'did not move on for too long');
  });

  test('not whom the team has kept: standing still counts from when they may move again', () => {
    const waits = journeyOf(
      { wait: { kind: 'wait', until: stageWon, next: 'mail' }, mail: shapes.mail, end: shapes.end },
      { leave: { still: { days: 3 } } },
    );
    const at = move(run, waits, 0).run;
    const kept = move(at, waits, DAY, { paused: true }).run;
    assert.equal(kept.dueAt, null);
    assert.equal(move(kept, waits, 9 * DAY, { paused: true }).run.leftAt, null);
    const on = move(kept, waits, 10 * DAY).run;
    assert.deepEqual([on.leftAt, on.dueAt], [null, after(13 * DAY)]);
    assert.equal(move(on, waits, 13 * DAY).run.leftReason, 'did not move on for too long');
  });

  test('nor whom an outage has kept from what was due', () => {
    const later = journeyOf(shapes, { leave: { still: { days: 3 } } });
    assert.deepEqual(dids(move(move(run, later, 0).run, later, 5 * DAY)), [
      'waited long enough',
      'asked for the e-mail “One”',
      'left: completed',
    ]);
  });

  test('the run looks again when time alone may change an answer, and no later than that', () => {
    assert.deepEqual(move(run, journey, 0, { lookAgain: after(HOUR) }).run.dueAt, after(HOUR));
    assert.deepEqual(move(run, journey, 0, { lookAgain: after(9 * DAY) }).run.dueAt, after(2 * DAY));
  });
});

describe('what a shape changes', () => {
  test('the next one sees', () => {
    const tagged = journeyOf({
      tag: { kind: 'tag', add: ['Hot'], remove: ['cold'], next: 'set' },
      set: { kind: 'update', set: { 'str:cm:plan': 'pro' }, next: 'ask' },
      ask: {
        kind: 'condition',
        if: {
          $and: [
            { '$str::list_contains': { field_id: 'tags', value: 'hot' } },
            { '$str::list_does_not_contains': { field_id: 'tags', value: 'Cold' } },
            { '$str::is': { field_id: 'str:cm:plan', value: 'Pro' } },
          ],
        },
        yes: 'end',
        no: 'end',
      },
      end: { kind: 'exit' },
    });
    assert.equal(dids(move(run, tagged, 0, { fields: { tags: ['Cold'] } }))[2], 'the condition holds');
  });
});

describe('a step that is waited for', () => {
  const retry = journeyOf({
    mail: { kind: 'email', template: 'One', onFailure: 'exit', next: 'end' },
    end: { kind: 'exit' },
  });
  const of = { 'str::jsi': 'mail', 'idt::jri': runOf(run) };

  test('is over when its own outcome is there', () => {
    const at = move(run, retry, 0).run;
    assert.deepEqual([at.dueAt, at.memory.asked?.times], [null, 1]);
    assert.ok(at.listens.includes('act::s') && at.listens.includes('act::sk'));
    assert.deepEqual(dids(move(at, retry, 1, { activities: [did('act::s', 1, { ...of, 'str::jsi': 'other' })] })), []);
    const sent = move(at, retry, 1, { activities: [did('act::s', 1, of)] });
    assert.deepEqual([dids(sent), sent.run.memory], [['heard that it went well', 'left: completed'], {}]);
    const not = move(at, retry, 1, { activities: [did('act::sk', 1, { ...of, 'str::rn': 'no address' })] });
    assert.equal(not.run.leftReason, 'a step failed: no address');
  });
});

test('what only the database knows, it is asked', () => {
  const ever = { '$act::has_occurred': { field_id: 'act::o', ever: true } };
  const asks = journeyOf({ ask: { kind: 'condition', if: ever, yes: 'end', no: 'end' }, end: { kind: 'exit' } });
  const { if: condition } = asks.shapes.ask as { if: object };
  const known = (asked: object) => (asked === condition ? true : undefined);
  assert.equal(dids(move(run, asks, 0, { known }))[0], 'the condition holds');
  assert.equal(dids(move(run, asks, 0))[0], 'the condition does not hold');
});
