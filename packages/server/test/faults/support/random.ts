export interface Random {
  /** From 0 up to 1, like `Math.random`. */
  (): number;
  between(from: number, to: number): number;
  shuffled<T>(list: readonly T[]): T[];
}

/** The same numbers for the same seed (Mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, {
    between: (from: number, to: number) => from + next() * (to - from),
    shuffled<T>(list: readonly T[]): T[] {
      const keyed = list.map((item) => ({ item, key: next() }));
      return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
    },
  });
}
