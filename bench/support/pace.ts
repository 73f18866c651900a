import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './now.ts';

/**
 * Begins `perSecond` things a second for a while, whether or not earlier ones
 * are done, each at a random moment of its slot: an even beat could fall in
 * step with a timer of the server. Resolves with when each began.
 */
export async function pace(o: {
  perSecond: number;
  seconds: number;
  begin(index: number): Promise<unknown>;
}): Promise<number[]> {
  const began: number[] = [];
  const done: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const from = now();
  for (let i = 0; i < o.perSecond * o.seconds; i++) {
    const at = from + ((i + Math.random()) * 1000) / o.perSecond;
    const early = at - now();
    if (early > 0) await sleep(early);
    began.push(now());
    done.push(o.begin(i).catch((error: unknown) => failures.push(error)));
  }
  await Promise.all(done);
  if (failures.length > 0) throw failures[0];
  return began;
}

/** Does `count` things, so many at a time. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** Looks every so many milliseconds until it is so. */
export async function until(what: string, look: () => Promise<boolean>, ms = 60_000, everyMs = 5): Promise<void> {
  const end = now() + ms;
  while (!(await look())) {
    if (now() > end) throw new Error(`${what}: not within ${ms / 1000} s`);
    await sleep(everyMs);
  }
}
