import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movableClock } from '../../platform/clock.ts';
import { listeningLog } from '../test/world.ts';
import { createGate } from './gate.ts';

test('a clock that is set back does not keep it shut', () => {
  const clock = movableClock();
  const gate = createGate(clock, listeningLog().log, { away: 'away', refuses: 'refuses', back: 'back' });
  gate.failed('refused');
  assert.ok(gate.closedUntil());
  clock.advance(-3_600_000);
  assert.equal(gate.closedUntil(), undefined);
  gate.failed('refused');
  assert.equal(gate.closedUntil()!.getTime() - clock.now().getTime() <= 2000, true);
});

test('a mail server that is away is tried after one second, two, four … and at last every minute', () => {
  const clock = movableClock();
  const { log, lines } = listeningLog();
  const gate = createGate(clock, log, { away: 'away', refuses: 'refuses', back: 'back' });
  assert.equal(gate.closedUntil(), undefined);
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    // Ten mails were on their way, and all found out.
    for (let mail = 0; mail < 10; mail++) gate.failed('refused');
    pauses.push(Math.round((gate.closedUntil()!.getTime() - clock.now().getTime()) / 1000));
    clock.advance(pauses.at(-1)! * 1000 + 100);
    assert.equal(gate.closedUntil(), undefined);
    assert.equal(gate.doubtful, true);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
  assert.equal(gate.state().why, 'refused');
  gate.worked();
  assert.deepEqual(gate.state(), { reachable: true });
  assert.equal(gate.doubtful, false);
  assert.equal(lines.length, 2, 'one line when it goes, one when it is back');
});
