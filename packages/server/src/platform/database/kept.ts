import type { Queryable } from './pool.ts';

/** What is read of each workspace, in memory until it is forgotten. */
export interface Kept<Value> {
  get(db: Queryable, workspaceId: number): Promise<Value>;
  /** What was kept may be out of date: another process, or this one, has changed it. */
  forget(): void;
}

/**
 * Whoever finds nothing reads it by themselves, on their own connection. A reading that others waited for could stand
 * behind a lock that one of them holds: a circle that PostgreSQL does not see, and nobody would end.
 */
export function createKept<Value>(read: (db: Queryable, workspaceId: number) => Promise<Value>): Kept<Value> {
  const kept = new Map<number, Value>();
  let forgotten = 0;
  return {
    async get(db, workspaceId) {
      const known = kept.get(workspaceId);
      if (known !== undefined) return known;
      const before = forgotten;
      const value = await read(db, workspaceId);
      if (forgotten === before) kept.set(workspaceId, value);
      return value;
    },
    forget() {
      forgotten += 1;
      kept.clear();
    },
  };
}
