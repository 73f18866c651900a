/**
 * Shut after Kommo asked for a pause or blocked the address: going on is what
 * turns a 429 into a block (Kommo, "Limitations"), so that until the time is
 * over requests fail here and never leave. Real time, like the limit itself.
 */
export interface Gate {
  /** For how many more seconds; 0 when open. */
  shutFor(): number;
  why(): string;
  /** Shuts, and makes the error to throw. */
  shut(why: string, seconds: number, later: (message: string, seconds: number, applied: 'no') => Error): Error;
}

export function createGate(clock: () => number = () => performance.now()): Gate {
  let until = Number.NEGATIVE_INFINITY;
  let reason = '';
  return {
    shutFor: () => Math.max(0, (until - clock()) / 1000),
    why: () => reason,
    shut(why, seconds, later) {
      until = Math.max(until, clock() + seconds * 1000);
      reason = `${why}.`;
      return later(reason, seconds, 'no');
    },
  };
}
