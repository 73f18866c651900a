/**
 * The only source of "now". Timers hang on it too, so that tests and the demo
 * can let days pass in a moment.
 */
export interface Clock {
  now(): Date;
  /** Calls back once the clock has reached `at`. Returns what cancels it. */
  at(moment: Date, callback: () => void): () => void;
}

export interface MovableClock extends Clock {
  /** Moves the clock forward; whatever fell due on the way is called back. */
  advance(ms: number): void;
}

/** setTimeout holds 31 bits: longer waits are cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = movableClock();

/** A clock that runs with the machine's, and can be moved ahead of it. */
export function movableClock(start?: Date): MovableClock {
  let ahead = start ? start.getTime() - Date.now() : 0;
  const alarms = new Set<() => void>();
  const now = (): Date => new Date(Date.now() + ahead);

  return {
    now,
    at(moment, callback) {
      let timer: NodeJS.Timeout | undefined;
      let ringing: NodeJS.Immediate | undefined;
      const look = (): void => {
        clearTimeout(timer);
        const left = moment.getTime() - now().getTime();
        if (left <= 0) {
          alarms.delete(look);
          ringing = setImmediate(callback);
        } else {
          timer = setTimeout(look, Math.min(left, LONGEST_TIMER_MS));
        }
      };
      alarms.add(look);
      look();
      return () => {
        clearTimeout(timer);
        clearImmediate(ringing);
        alarms.delete(look);
      };
    },
    advance(ms) {
      ahead += ms;
      for (const look of [...alarms]) look();
    },
  };
}
