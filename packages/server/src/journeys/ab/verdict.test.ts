import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from './verdict.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];
const first = new Date('2026-03-02T08:00:00Z');
const after = (ms: number): Date => new Date(first.getTime() + ms);
const shape = (by: 'opened' | 'clicked', shares: readonly number[] = [50, 50]) => ({
  kind: 'ab' as const,
  variants: shares.map((share, i) => ({ name: 'ABC'[i]!, template: `T${i}`, share })),
  decide: { by, after: { hours: 4 }, sent: 10 },
  next: 'end',
});
const counts = (i: number, sent: number, opened: number, clicked = 0, firstSentAt: Date | null = first) => ({
  template: `T${i}`,
  ...{ sent, opened, clicked, firstSentAt },
});

test('before anything is sent there is nothing to look at for as long as it is to last', () => {
  assert.deepEqual(verdict(shape('opened'), [], first), { lookAt: after(4 * HOUR) });
  assert.deepEqual(verdict(shape('opened'), [counts(0, 0, 0, 0, null)], first), { lookAt: after(4 * HOUR) });
});

test('its moment is counted from the first mail of any of them', () => {
  const sent = [counts(0, 20, 5), counts(1, 20, 9, 0, after(HOUR))];
  assert.deepEqual(verdict(shape('opened'), sent, after(2 * HOUR)), { lookAt: after(4 * HOUR) });
  assert.deepEqual(verdict(shape('opened'), sent, after(4 * HOUR)), {
    winner: 'B',
    why: 'opened, A: 5 of 20 (25.0 %), B: 9 of 20 (45.0 %)',
  });
});

test('the better rate wins, not the greater number; of two alike the first', () => {
  const of = (by: 'opened' | 'clicked', ...all: Parameters<typeof verdict>[1]) =>
    verdict(shape(by), all, after(5 * HOUR));
  assert.equal((of('opened', counts(0, 100, 30), counts(1, 10, 4)) as { winner: string }).winner, 'B');
  assert.equal((of('clicked', counts(0, 10, 9, 1), counts(1, 10, 1, 2)) as { winner: string }).winner, 'B');
  assert.equal((of('opened', counts(0, 10, 5), counts(1, 20, 10)) as { winner: string }).winner, 'A');
  assert.equal((of('opened', counts(0, 10, 0), counts(1, 10, 0)) as { winner: string }).winner, 'A');
});

test('too few of one: it is looked again soon, until there are enough; one that nobody is to get is not waited for', () => {
  const few = [counts(0, 10, 5), counts(1, 9, 9)];
  assert.deepEqual(verdict(shape('opened'), few, after(4 * HOUR)), { lookAt: after(4 * HOUR + 24 * MINUTE) });
  const none = verdict(shape('opened', [50, 50, 0]), [counts(0, 10, 5), counts(1, 10, 6)], after(4 * HOUR));
  assert.equal((none as { winner: string }).winner, 'B');
});
