import type { Journeys } from '../journeys/index.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { countUnreadable, type FailedRow, listFailed } from './store/failures.sql.ts';

/** What failed with a connection: what still does, as far as can be told, and what is past. */
export interface Failures {
  connector: string;
  now: { writes: number; unreadable: number; reasons: string[] };
  past: { writes: number; unreadable: number; lastAt: Date | undefined; reason: string | undefined };
}

/** What is older says little about today, whatever has come since. */
const RECENT_MS = 7 * 24 * 3600 * 1000;

/**
 * A write that failed is past once one of the same kind, of the same step where a journey asked for it, has gone well;
 * once that journey has been published anew; or after a week.
 */
export async function failuresOf(
  db: Queryable,
  { journeys, now }: { journeys: Journeys; now: Date },
): Promise<Failures[]> {
  const recent = new Date(now.getTime() - RECENT_MS);
  const found = new Map<string, Failures>();
  const of = (connector: string): Failures => {
    const known = found.get(connector) ?? {
      connector,
      now: { writes: 0, unreadable: 0, reasons: [] },
      past: { writes: 0, unreadable: 0, lastAt: undefined, reason: undefined },
    };
    found.set(connector, known);
    return known;
  };
  for (const row of await listFailed(db)) {
    const own = of(row.connector);
    const mended = row.lastAt < recent || (await publishedSince(journeys, row));
    const still = mended ? 0 : row.since;
    if (still > 0) own.now.reasons.push(row.reason);
    own.now.writes += still;
    if (row.failed === still) continue;
    own.past.writes += row.failed - still;
    // The latest first.
    own.past.lastAt ??= row.lastAt;
    own.past.reason ??= row.reason;
  }
  for (const { connector, since, before, lastAt, reason } of await countUnreadable(db, recent)) {
    const own = of(connector);
    if (since > 0) own.now.reasons.push(reason);
    own.now.unreadable += since;
    own.past.unreadable += before;
    if (since === 0 && (!own.past.lastAt || lastAt > own.past.lastAt)) own.past.lastAt = lastAt;
  }
  return [...found.values()];
}

async function publishedSince(journeys: Journeys, { workspaceId, campaignId, lastAt }: FailedRow): Promise<boolean> {
  if (campaignId === null) return false;
  try {
    const versions = await journeys.manage.versions(workspaceId, { id: campaignId });
    return versions.some(({ publishedAt }) => publishedAt > lastAt);
  } catch (error) {
    // A journey that is gone asks for nothing any more.
    if (error instanceof UserError) return true;
    throw error;
  }
}
