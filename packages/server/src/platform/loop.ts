import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

export interface Loop {
  /** There may be something to do: look now, or at a moment to come. Free to call often. */
  nudge(at?: Date): void;
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
  /** The earliest moment to come that the last turn has named, or a nudge since it began. */
  let alarm: { at: Date; cancel: () => void } | undefined;

  const lookAt = (at: Date): void => {
    if (closed || (alarm && alarm.at <= at)) return;
    alarm?.cancel();
    const ring = (): void => {
      alarm = undefined;
      look();
    };
    alarm = { at, cancel: o.clock.at(at, ring) };
  };

  const run = async (): Promise<void> => {
    let next: Turn;
    do {
      nudged = false;
      // What this turn finds says when the next is to be; moments named from here on, it may not have seen.
      alarm?.cancel();
      alarm = undefined;
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
    timer = setTimeout(wake, failures > 0 ? Math.min(100 * 2 ** (failures - 1), BACKOFF_MAX_MS) : POLL_MS);
    if (next instanceof Date) lookAt(next);
  };

  function wake(): void {
    nudged = true;
    if (closed || running) return;
    clearTimeout(timer);
    running = run();
  }

  function look(): void {
    // While it fails, nudges wait for the pause to end: a broken database is not hammered.
    if (failures === 0) wake();
    else nudged = true;
  }

  wake();
  return {
    nudge: (at) => (at && at > o.clock.now() ? lookAt(at) : look()),
    async close() {
      closed = true;
      clearTimeout(timer);
      alarm?.cancel();
      await running;
    },
  };
}
