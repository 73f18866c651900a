/** The moments of what was last written, so that a write that comes late, after a retry, does not undo a newer one. */
export interface WriteTimes {
  /** Whether something later was written about that thing of that target. */
  isOvertaken(target: string, about: string, at: number): boolean;
  wrote(target: string, about: string, at: number): void;
}

const kept = 20_000;

/** For the length of a session: the newest 20,000. */
export function createWriteTimes(): WriteTimes {
  const times = new Map<string, number>();
  return {
    isOvertaken: (target, about, at) => (times.get(`${target} ${about}`) ?? Number.NEGATIVE_INFINITY) > at,
    wrote(target, about, at) {
      const key = `${target} ${about}`;
      times.delete(key);
      times.set(key, at);
      const [oldest] = times.keys();
      if (times.size > kept && oldest !== undefined) times.delete(oldest);
    },
  };
}
