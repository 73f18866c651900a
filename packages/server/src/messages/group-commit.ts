import pg from 'pg';

export interface GroupCommit<T, R> {
  /** Resolves once the item is durable; rejects when it could not be written. */
  add(item: T): Promise<R>;
  /** Items that are not durable yet. */
  readonly pending: number;
  /** Resolves when nothing is pending, or `ms` have passed; what is left then is rejected. */
  close(ms: number): Promise<void>;
}

interface Waiting<T, R> {
  item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 2000;

/**
 * Writes many items in few transactions, with no artificial delay: whatever
 * arrives while the last transaction runs goes into the next. A group the
 * database refuses is tried one by one, so that a bad item fails alone. While
 * the database is away, a `patient` one keeps its items and tries again; any
 * other rejects them.
 */
export function groupCommit<T, R>(o: {
  write(items: readonly T[]): Promise<readonly R[]>;
  max: number;
  patient: boolean;
  /** Called once when the database goes away, and once when it is back. */
  onAway?: (away: boolean, error?: unknown) => void;
}): GroupCommit<T, R> {
  const waiting: Waiting<T, R>[] = [];
  let writing: Promise<void> | undefined;
  let size = 0;
  let givenUp = false;
  let isAway = false;
  let wake: (() => void) | undefined;

  const away = (now: boolean, error?: unknown): void => {
    if (isAway !== now) o.onAway?.(now, error);
    isAway = now;
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const writeGroup = async (group: readonly Waiting<T, R>[]): Promise<void> => {
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      try {
        const results = await o.write(group.map(({ item }) => item));
        away(false);
        for (const [i, { resolve }] of group.entries()) resolve(results[i]!);
        return;
      } catch (error) {
        const lost = isConnectionLost(error);
        if (lost && o.patient && !givenUp) {
          away(true, error);
          await pause(pauseMs);
          continue;
        }
        if (lost || group.length === 1) for (const { reject } of group) reject(error);
        else for (const one of group) await writeGroup([one]);
        return;
      }
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, o.max);
      await writeGroup(group);
      size -= group.length;
    }
    writing = undefined;
  };

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        size += 1;
        waiting.push({ item, resolve, reject });
        // Later in this turn of the event loop, so that what is read from sockets together goes together.
        writing ??= new Promise<void>((next) => setImmediate(next)).then(run);
      });
    },
    get pending() {
      return size;
    },
    async close(ms) {
      const giveUp = setTimeout(() => {
        givenUp = true;
        wake?.();
      }, ms);
      while (writing) await writing;
      clearTimeout(giveUp);
    },
  };
}

/** The database could not be reached or went away, as opposed to having said no. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return isNetworkError(error);
  // Shutting down, starting up, out of connections: classes 08 and 57P, and 53300.
  return /^(08|57P|53300)/.test(error.code ?? '');
}

/** pg tells a lost connection by words only. */
function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && /^E[A-Z]+$/.test(code)) ||
    /connection terminated|connection error|timeout|not queryable|client has encountered|cannot use a pool/i.test(
      error.message,
    )
  );
}
