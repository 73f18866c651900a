/** Reads go ahead of writes: a journey waits for a read, nobody waits for a note. */
export type Lane = 'read' | 'write';

export interface Limiter {
  run<T>(lane: Lane, call: () => Promise<T>): Promise<T>;
}

/** Seven requests a second; above it 429, and for those who go on a block of the address (Kommo, "Limitations"). */
const most = 7;
/** A second, and a little for the grain of timers and clocks. */
const second = 1_005;
const readsInARow = 6;

/**
 * Seven places, each free again one second after its answer came, not after
 * its request left. A request reaches Kommo somewhere between the two, so the
 * eighth starts a full second after the first has certainly arrived: whatever
 * the network does to them, no second at Kommo ever holds more than seven. An
 * even spacing of 143 ms does not promise that (two requests 30 ms closer
 * together are enough), and makes a request that comes after quiet wait for
 * nothing. The price is the time of one answer per second: 6.4 requests a
 * second at answers of 100 ms. Real time, since Kommo counts in it.
 */
export function createLimiter(clock: () => number = () => performance.now()): Limiter {
  const waiting: Record<Lane, (() => void)[]> = { read: [], write: [] };
  let inFlight = 0;
  let freeAt: number[] = [];
  /** How many went ahead of a write that waits. */
  let reads = 0;
  let timer: NodeJS.Timeout | undefined;

  function next(): (() => void) | undefined {
    // Reads without end must not keep a note waiting without end.
    const lane = waiting.write.length > 0 && (waiting.read.length === 0 || reads >= readsInARow) ? 'write' : 'read';
    reads = lane === 'read' && waiting.write.length > 0 ? reads + 1 : 0;
    return waiting[lane].shift();
  }

  function pump(): void {
    const now = clock();
    freeAt = freeAt.filter((moment) => moment > now);
    while (inFlight + freeAt.length < most && waiting.read.length + waiting.write.length > 0) {
      inFlight += 1;
      next()?.();
    }
    if (timer || waiting.read.length + waiting.write.length === 0) return;
    // With every place in flight there is nothing to wait for but an answer, and that pumps.
    const [first] = freeAt;
    if (first === undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        pump();
      },
      Math.ceil(first - now),
    );
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
  };
}
