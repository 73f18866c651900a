/** Something of the account that seldom changes: its stages, its fields, its users. */
export interface Known<T> {
  /**
   * As it was last read. Read again when that is ten minutes ago, and where `lacks` finds something missing, but then
   * at most once a minute: what is misspelt stays unknown, however often it is asked for.
   */
  get(lacks?: (known: T) => boolean): Promise<T>;
  /** It was found outdated: the next to ask reads it. */
  forget(): void;
}

const minute = 60_000;
/** A renamed stage is called by its new name after this; journeys filter by name. */
const trustedFor = 10 * minute;

export function createKnown<T>(read: () => Promise<T>, now: () => Date): Known<T> {
  let known: Promise<T> | undefined;
  let readAt = 0;

  const again = (): Promise<T> => {
    readAt = now().getTime();
    const reading = read();
    known = reading;
    reading.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading;
  };

  return {
    async get(lacks = () => false) {
      const age = Math.abs(now().getTime() - readAt);
      if (!known || age > trustedFor) return await again();
      const found = await known;
      return age > minute && lacks(found) ? await again() : found;
    },
    forget() {
      known = undefined;
    },
  };
}
