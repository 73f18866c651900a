import { isWorthWaiting } from '../platform/database/worth-waiting.ts';
import { createGroupCommit } from '../platform/group-commit.ts';

/** Writes what must not be lost once it is known, however long the database is away, full or read-only. */
export interface PatientWriter<Item, Result> {
  /** Resolves once the item is durable. Rejects only where the database refuses its values, or after `close` gave up. */
  add(item: Item): Promise<Result>;
  /** Items that are not durable yet. */
  readonly pending: number;
  /** The database can not be reached at the moment, or does not write. */
  readonly away: boolean;
  /** Resolves when nothing is pending. After `ms` it no longer waits for the database: what is left is rejected. */
  close(ms: number): Promise<void>;
}

const PAUSE_MIN_MS = 50;
/** Short: what waits is only in memory, and is lost with this process. */
const PAUSE_MAX_MS = 250;

/** Group commit that keeps its items while the database is away, and tries again until it is back. */
export function createPatientWriter<Item, Result>(o: {
  write(items: readonly Item[]): Promise<Result[]>;
  /** Called once when the database goes away, and once when it is back. */
  onAway(away: boolean, error?: unknown): void;
}): PatientWriter<Item, Result> {
  const pending = new Set<Promise<unknown>>();
  let away = false;
  let givenUp = false;
  let wake: (() => void) | undefined;

  const isAway = (now: boolean, error?: unknown): void => {
    if (away !== now) o.onAway(now, error);
    away = now;
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const commit = createGroupCommit<Item, Result>(async (items) => {
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      try {
        const results = await o.write(items);
        isAway(false);
        return results;
      } catch (error) {
        if (givenUp || !isWorthWaiting(error)) throw error;
        isAway(true, error);
        await pause(pauseMs);
      }
    }
  }, 1);

  return {
    add(item) {
      const written = commit.submit([item]).then(([result]) => result!);
      const done = written.then(forget, forget);
      function forget(): void {
        pending.delete(done);
      }
      pending.add(done);
      return written;
    },
    get pending() {
      return pending.size;
    },
    get away() {
      return away;
    },
    async close(ms) {
      const timer = setTimeout(() => {
        givenUp = true;
        wake?.();
      }, ms);
      while (pending.size > 0) await Promise.all(pending);
      clearTimeout(timer);
    },
  };
}
