import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { movableClock } from './clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const { setImmediate: soon } = globalThis;
/** Everything that was due has been called back. */
const settled = (): Promise<void> => new Promise((resolve) => void soon(() => soon(resolve)));

describe('a clock that can be moved', () => {
  test('starts where it is told, and goes with the machine’s', (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.parse('2030-01-01T00:00:00Z') });
    const clock = movableClock(new Date('2026-03-02T08:00:00Z'));
    assert.equal(clock.now().toISOString(), '2026-03-02T08:00:00.000Z');
    t.mock.timers.tick(1500);
    assert.equal(clock.now().toISOString(), '2026-03-02T08:00:01.500Z');
    assert.equal(movableClock().now().toISOString(), '2030-01-01T00:00:01.500Z');
  });

  test('calls back what falls due on the way, and nothing that lies beyond', async () => {
    const clock = movableClock();
    const rung: string[] = [];
    const at = (ms: number, name: string) => clock.at(new Date(clock.now().getTime() + ms), () => rung.push(name));
    at(2 * DAY, 'two days');
    at(HOUR, 'an hour');
    const cancel = at(30 * DAY, 'a month');
    clock.advance(2 * DAY);
    assert.deepEqual(rung, [], 'never from within: whoever moves the clock is not interrupted');
    await settled();
    assert.deepEqual(rung.sort(), ['an hour', 'two days']);
    clock.advance(20 * DAY);
    await settled();
    assert.equal(rung.length, 2, 'each rings once');
    cancel();
  });

  test('calls back at once where the moment has passed', async () => {
    const clock = movableClock();
    let rung = 0;
    clock.at(new Date(clock.now().getTime() - 1), () => rung++);
    await settled();
    assert.equal(rung, 1);
  });

  test('does not call back what was cancelled, even if it was due already', async () => {
    const clock = movableClock();
    const rung: string[] = [];
    clock.at(new Date(clock.now().getTime() + HOUR), () => rung.push('early'))();
    const cancel = clock.at(new Date(clock.now().getTime() + HOUR), () => rung.push('late'));
    clock.advance(2 * HOUR);
    cancel();
    await settled();
    assert.deepEqual(rung, []);
  });

  test('never asks more of a timer than it can hold', async (t) => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    const clock = movableClock();
    const cancel = clock.at(new Date(clock.now().getTime() + 40 * DAY), () => undefined);
    await settled();
    cancel();
    assert.deepEqual(warnings, []);
  });

  test('by itself rings in time, and a wait of forty days, longer than a timer can hold, is no less exact', (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setTimeout', 'setImmediate'] });
    const clock = movableClock();
    let rung = 0;
    clock.at(new Date(clock.now().getTime() + 40 * DAY), () => rung++);
    t.mock.timers.tick(40 * DAY - 1);
    assert.equal(rung, 0);
    t.mock.timers.tick(1);
    t.mock.timers.tick(0);
    assert.equal(rung, 1);
  });
});
