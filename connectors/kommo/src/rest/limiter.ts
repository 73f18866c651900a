import { setTimeout as sleep } from 'node:timers/promises';

/** Reads go ahead of writes: a journey waits for a read, nobody waits for a note. */
export type Lane = 'read' | 'write';

export interface Limiter {
  run<T>(lane: Lane, call: () => Promise<T>): Promise<T>;
  /** Resolves when a request could start, without taking its place. */
  ready(): Promise<void>;
}

/** Seven requests a second; above it 429, and for those who go on a block of the address (Kommo, "Limitations"). */
const most = 7;
/** A second, and a little for the grain of timers and clocks. */
const second = 1_005;
const readsInARow = 6;
/** What one look at Kommo takes at most: the deals, then their contacts and the stages' names. */
const atOnce = 3;

/**
 * Seven places, each free again one second after its answer came, not after
 * its request left. A request reaches Kommo somewhere between the two, so the
 * eighth starts a full second after the first has certainly arrived: whatever
 * the network does to them, no second at Kommo ever holds more than seven. An
 * even spacing of 143 ms does not promise that (two requests 30 ms closer
 * together are enough). The price is the time of one answer per second: 6.4
 * requests a second at answers of 100 ms. Real time, since Kommo counts in it.
 *
 * After quiet three go at once. The other places are spread over the time until
 * the next is free: seven at once would be followed by a second of silence, and
 * then by seven at once again (at 50 deals a second the median deal waited
 * 440 ms for its reading; spread, 80).
 */
export function createLimiter(clock: () => number = () => performance.now()): Limiter {
  const waiting: Record<Lane, (() => void)[]> = { read: [], write: [] };
  let inFlight = 0;
  let freeAt: number[] = [];
  let lastStart = Number.NEGATIVE_INFINITY;
  /** How many went ahead of a write that waits. */
  let reads = 0;
  let timer: NodeJS.Timeout | undefined;

  function next(): (() => void) | undefined {
    // Reads without end must not keep a note waiting without end.
    const lane = waiting.write.length > 0 && (waiting.read.length === 0 || reads >= readsInARow) ? 'write' : 'read';
    reads = lane === 'read' && waiting.write.length > 0 ? reads + 1 : 0;
    return waiting[lane].shift();
  }

  /** When the next request may start; undefined while that hangs on an answer. */
  function opensAt(now: number): number | undefined {
    freeAt = freeAt.filter((moment) => moment > now);
    const taken = inFlight + freeAt.length;
    if (taken >= most) return freeAt[0];
    if (taken < atOnce) return lastStart;
    const nextFree = freeAt[0] ?? lastStart + second;
    return lastStart + Math.max(second / most, (nextFree - lastStart) / (most - taken + 1));
  }

  function pump(): void {
    for (;;) {
      if (waiting.read.length + waiting.write.length === 0) return;
      const now = clock();
      const at = opensAt(now);
      // With every place in flight there is nothing to wait for but an answer, and that pumps.
      if (at === undefined) return;
      if (at > now) {
        pumpIn(at - now);
        return;
      }
      inFlight += 1;
      lastStart = now;
      next()?.();
    }
  }

  function pumpIn(ms: number): void {
    if (timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      pump();
    }, Math.ceil(ms));
  }

  return {
    async run(lane, call) {
      await new Promise<void>((go) => {
        waiting[lane].push(go);
        pump();
      });
      try {
        return await call();
      } finally {
        inFlight -= 1;
        freeAt.push(clock() + second);
        pump();
      }
    },
    async ready() {
      // Asked again at that moment: as places become free, those that are left are spread anew.
      for (;;) {
        const now = clock();
        const ms = (opensAt(now) ?? now) - now;
        if (ms <= 0) return;
        await sleep(Math.ceil(ms));
      }
    },
  };
}
