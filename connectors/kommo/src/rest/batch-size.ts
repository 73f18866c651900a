/** How much of a kind goes into one request: fewer for a while after Kommo took too long over it (504; Kommo, "Limitations"). */
export interface BatchSize {
  now(): number;
  tooMuch(sent: number): void;
  fine(): void;
}

export function createBatchSize({ most, least = 1 }: { most: number; least?: number }): BatchSize {
  let size = most;
  return {
    now: () => size,
    tooMuch(sent) {
      // Of several that were sent at once, each says the same.
      size = Math.max(least, Math.min(size, Math.floor(sent / 2)));
    },
    fine() {
      // One at a time: what was too much a moment ago costs a minute of waiting for the next 504.
      size = Math.min(most, size + 1);
    },
  };
}
