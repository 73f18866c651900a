import type { Db } from '../../platform/database/pool.ts';

export interface Counted {
  people: number;
  subscribers: number;
}

/** What takes longer than this to count is counted once in a while, and not for every page. */
const SLOW_MS = 20;
/** Counting takes at most this share of the time. */
const KEPT_FOR = 50;

/**
 * How many people there are. Of few, exactly now; of a million, as of the last
 * count, which is made again behind the back of whoever asks: a page must not
 * wait for it.
 */
export function createCounts(db: Db): (workspaceId: number) => Promise<Counted> {
  const kept = new Map<number, { counted: Counted; until: number }>();
  const count = async (workspaceId: number): Promise<Counted> => {
    const began = performance.now();
    const { rows } = await db.query<Counted>({
      name: 'person.count',
      text: `select count(*)::int as people, (count(*) filter (where (fields->>'bol::p')::boolean))::int as subscribers
             from person where workspace_id = $1 and archived_at is null`,
      values: [workspaceId],
    });
    const took = performance.now() - began;
    if (took > SLOW_MS) kept.set(workspaceId, { counted: rows[0]!, until: performance.now() + took * KEPT_FOR });
    else kept.delete(workspaceId);
    return rows[0]!;
  };
  return async (workspaceId) => {
    const last = kept.get(workspaceId);
    if (!last) return count(workspaceId);
    if (performance.now() > last.until) {
      last.until = Number.POSITIVE_INFINITY;
      count(workspaceId).catch(() => kept.delete(workspaceId));
    }
    return last.counted;
  };
}
