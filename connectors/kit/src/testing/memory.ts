import type { Memory, Reading, Remembered } from '../contract.ts';

/** A memory that forgets when the test is over. Values go through JSON, as they do in a host. */
export function createMemory(): Memory & { keep(reading: Pick<Reading, 'remember'>): void } {
  const values = new Map<string, string>();
  const place = (kind: string, key: string) => JSON.stringify([kind, key]);
  return {
    async recall(kind, keys) {
      const found = new Map<string, Remembered['value']>();
      for (const key of keys) {
        const value = values.get(place(kind, key));
        if (value !== undefined) found.set(key, JSON.parse(value));
      }
      return found;
    },
    keep({ remember }) {
      for (const { kind, key, value } of remember) values.set(place(kind, key), JSON.stringify(value));
    },
  };
}
