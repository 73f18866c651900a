import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

export interface Loop {
  /** There may be something to do: look now. Free to call often. */
  nudge(): void;
  /** No new work; resolves when the work in hand is done. */
  close(): Promise<void>;
}

/** What a turn found: more to do at once, the moment of the next, or nothing that it knows of. */
export type Turn = 'more' | Date | undefined;

/** A missed nudge costs at most this. */
const POLL_MS = 1000;
const BACKOFF_MAX_MS = 5000;

/**
 * Runs `turn` whenever it is nudged, when the moment it named has come, and
 * once a second in case a nudge was lost. Turns of one loop never overlap. A
 * turn that throws is logged and tried again, with a growing pause.
 */
export function startLoop(o: { name: string; turn: () => Promise<Turn>; clock: Clock; log: Log }): Loop {
  let closed = false;
  let running: Promise<void> | undefined;
  let nudged = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let cancelAlarm: (() => void) | undefined;

  const rest = (ms: number, next?: Date): void => {
    timer = setTimeout(wake, ms);
    if (next) cancelAlarm = o.clock.at(next, wake);
  };

  const run = async (): Promise<void> => {
    let next: Turn;
    do {
      nudged = false;
      try {
        next = await o.turn();
        failures = 0;
      } catch (error) {
        failures += 1;
        o.log[failures > 2 ? 'error' : 'warn'](
          { err: error, loop: o.name, failures },
          `${o.name}: ${messageOf(error)}`,
        );
        next = undefined;
        break;
      }
    } while (!closed && (next === 'more' || nudged));
    running = undefined;
    if (closed) return;
    if (failures > 0) rest(Math.min(100 * 2 ** (failures - 1), BACKOFF_MAX_MS));
    else rest(POLL_MS, next instanceof Date ? next : undefined);
  };

  function wake(): void {
    nudged = true;
    if (closed || running) return;
    clearTimeout(timer);
    cancelAlarm?.();
    cancelAlarm = undefined;
    running = run();
  }

  wake();
  return {
    nudge: () => {
      // While it fails, nudges wait for the pause to end: a broken database is not hammered.
      if (failures === 0) wake();
      else nudged = true;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      cancelAlarm?.();
      await running;
    },
  };
}
