import type { TestContext } from 'node:test';

/** What happens when, by chance: FAULT_SEED tells the same again. */
export function chance(t: TestContext): () => number {
  const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`FAULT_SEED=${seed}`);
  return randomFrom(seed);
}

/** How many kills there are: FAULT_ROUNDS, for whoever has the time. */
export function rounds(usual: number): number {
  return Number(process.env.FAULT_ROUNDS ?? usual);
}

/** Mulberry32: the same seed, the same kills. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
