import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { movableClock } from './clock.ts';
import { type Loop, startLoop, type Turn } from './loop.ts';

const { setImmediate: soon } = globalThis;
/** All that was to follow from what has happened so far has followed. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => void soon(resolve));
};

interface Turning {
  end(found?: Turn): void;
  fail(error: Error): void;
}

/** A loop whose turns end when the test says so, on timers that move when the test says so. */
function watched(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = movableClock();
  const logged: { level: number; msg: string; failures: number }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const turns: Turning[] = [];
  let inHand = 0;
  const turn = (): Promise<Turn> => {
    inHand += 1;
    assert.equal(inHand, 1, 'turns of one loop never overlap');
    return new Promise<Turn>((resolve, reject) => turns.push({ end: resolve, fail: reject })).finally(() => {
      inHand -= 1;
    });
  };
  const loop = startLoop({ name: 'journeys', turn, clock, log });
  const last = async (): Promise<Turning> => {
    await settled();
    return turns.at(-1)!;
  };
  t.after(async () => {
    const closed = loop.close();
    for (const one of turns) one.end();
    await closed;
  });
  return { loop, clock, logged, turns, last };
}

const nudge = (loop: Loop, times: number): void => {
  for (let i = 0; i < times; i++) loop.nudge();
};

describe('a loop', () => {
  test('looks as soon as it starts', (t) => {
    assert.equal(watched(t).turns.length, 1);
  });

  test('looks once more, not a hundred times, for a hundred nudges during a turn', async (t) => {
    const { loop, turns, last } = watched(t);
    nudge(loop, 100);
    (await last()).end();
    await settled();
    assert.equal(turns.length, 2);
    (await last()).end();
    await settled();
    assert.equal(turns.length, 2, 'nobody has nudged since');
  });

  test('looks at once when it is nudged at rest', async (t) => {
    const { loop, turns, last } = watched(t);
    (await last()).end();
    await settled();
    nudge(loop, 3);
    assert.equal(turns.length, 2);
  });

  test('goes on as long as there is more', async (t) => {
    const { turns, last } = watched(t);
    for (let i = 0; i < 4; i++) (await last()).end('more');
    await settled();
    assert.equal(turns.length, 5);
  });

  test('looks once a second in case a nudge was lost', async (t) => {
    const { turns, last } = watched(t);
    (await last()).end();
    await settled();
    t.mock.timers.tick(999);
    assert.equal(turns.length, 1);
    t.mock.timers.tick(1);
    assert.equal(turns.length, 2);
  });

  test('looks when the moment has come that it named', async (t) => {
    const { clock, turns, last } = watched(t);
    (await last()).end(new Date(clock.now().getTime() + 48 * 3_600_000));
    await settled();
    clock.advance(47 * 3_600_000);
    await settled();
    assert.equal(turns.length, 1);
    clock.advance(3_600_000);
    await settled();
    assert.equal(turns.length, 2);
    (await last()).end();
    await settled();
    clock.advance(1000 * 3_600_000);
    await settled();
    assert.equal(turns.length, 2, 'that moment has been and gone');
  });

  test('looks when the earliest moment has come that nudges have named, and not for moments that have been', async (t) => {
    const { loop, clock, turns, last } = watched(t);
    const inHours = (hours: number): Date => new Date(clock.now().getTime() + hours * 3_600_000);
    loop.nudge(inHours(3));
    (await last()).end(inHours(5));
    await settled();
    for (const hours of [4, 2, 6]) loop.nudge(inHours(hours));
    assert.equal(turns.length, 1, 'nothing is due yet');
    // The clock goes on by itself.
    clock.advance(2 * 3_600_000 - 10_000);
    await settled();
    assert.equal(turns.length, 1);
    clock.advance(10_000);
    await settled();
    assert.equal(turns.length, 2);
    loop.nudge(inHours(1));
    (await last()).end(inHours(2));
    await settled();
    clock.advance(3_600_000);
    await settled();
    assert.equal(turns.length, 3, 'named while it looked, so that it may not have seen it');
    (await last()).end();
    await settled();
    loop.nudge(inHours(-1));
    assert.equal(turns.length, 4);
  });

  test('forgets the moment it named when it has looked since', async (t) => {
    const { loop, clock, turns, last } = watched(t);
    (await last()).end(new Date(clock.now().getTime() + 3_600_000));
    await settled();
    loop.nudge();
    (await last()).end();
    await settled();
    clock.advance(3_600_000);
    await settled();
    assert.equal(turns.length, 2);
  });

  test('pauses after a failure, longer each time, and nudges do not cut the pause short', async (t) => {
    const { loop, turns, last, logged } = watched(t);
    for (const [failed, pause] of [100, 200, 400, 800, 1600, 3200, 5000, 5000].entries()) {
      (await last()).fail(new Error('the database is away'));
      await settled();
      nudge(loop, 10);
      t.mock.timers.tick(pause - 1);
      assert.equal(turns.length, failed + 1, `still pausing after failure ${failed + 1}`);
      t.mock.timers.tick(1);
      assert.equal(turns.length, failed + 2);
    }
    assert.deepEqual(
      [logged[0]!.msg, logged[0]!.failures, logged[0]!.level],
      ['journeys: the database is away', 1, 40],
    );
    assert.deepEqual([logged[2]!.failures, logged[2]!.level], [3, 50], 'the third time it is an error');
    (await last()).end();
    await settled();
    nudge(loop, 1);
    assert.equal(turns.length, 10, 'all is well again');
    (await last()).fail(new Error('again'));
    await settled();
    t.mock.timers.tick(100);
    assert.equal(turns.length, 11, 'and the next pause is a short one');
  });

  test('closed during a turn waits for it, and does no other, whatever it found', async (t) => {
    const { loop, turns, last } = watched(t);
    let closed = false;
    const closing = loop.close().then(() => {
      closed = true;
    });
    loop.nudge();
    await settled();
    assert.equal(closed, false, 'there is still a turn in hand');
    (await last()).end('more');
    await closing;
    nudge(loop, 3);
    t.mock.timers.tick(60_000);
    await settled();
    assert.equal(turns.length, 1);
  });

  test('closed at rest or in a pause is not woken by time', async (t) => {
    const { loop, clock, turns, last } = watched(t);
    (await last()).end(new Date(clock.now().getTime() + 5000));
    await settled();
    await loop.close();
    clock.advance(5000);
    t.mock.timers.tick(5000);
    await settled();
    assert.equal(turns.length, 1);
  });
});
