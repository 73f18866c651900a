import { folded } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';
import type { SchemaCache } from './schema.ts';
import type { ActivityRow } from './store/activity.sql.ts';
import { countHistory, listHistory } from './store/history.sql.ts';
import type { RecordedActivity } from './types.ts';

/** What is asked of a person's past. */
export interface HistoryAsked {
  personId: string;
  /** Of these kinds; one that nobody has defined never happened. Absent: of every kind. */
  activityIds?: readonly string[] | undefined;
  /** Those with this text as that attribute, without regard to case. */
  about?: { attribute: string; value: string } | undefined;
  from?: Date | undefined;
  /** Not that moment any more. */
  to?: Date | undefined;
  limit: number;
  offset: number;
}

export type Named = (db: Queryable, workspaceId: number, rows: readonly ActivityRow[]) => Promise<RecordedActivity[]>;

/** A page of what a person did, newest first, and how much there is of it. */
export async function history(
  db: Queryable,
  of: { cache: SchemaCache; named: Named },
  workspaceId: number,
  asked: HistoryAsked,
): Promise<{ activities: RecordedActivity[]; total: number }> {
  const { activities } = await of.cache.get(db, workspaceId);
  const query = {
    personId: asked.personId,
    definitions: asked.activityIds?.flatMap((id) => activities.get(id)?.definitionId ?? []) ?? null,
    about: asked.about ? { ...asked.about, value: folded(asked.about.value) } : null,
    from: asked.from ?? null,
    to: asked.to ?? null,
  };
  const [total, rows] = await Promise.all([
    countHistory(db, workspaceId, query),
    listHistory(db, workspaceId, query, asked),
  ]);
  return { activities: await of.named(db, workspaceId, rows), total };
}
