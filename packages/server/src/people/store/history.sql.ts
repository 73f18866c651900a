import type { Queryable } from '../../platform/database/pool.ts';
import type { ActivityRow } from './activity.sql.ts';

/** Which of a person's activities are asked for. */
export interface HistoryQuery {
  personId: string;
  /** Null: of every kind. */
  definitions: readonly number[] | null;
  from: Date | null;
  /** Not that moment any more. */
  to: Date | null;
}

const asked = `workspace_id = $1 and person_id = $2 and ($3::int[] is null or definition_id = any($3::int[]))
  and ($4::timestamptz is null or occurred_at >= $4) and ($5::timestamptz is null or occurred_at < $5)`;

const valuesOf = (workspaceId: number, query: HistoryQuery): unknown[] => [
  workspaceId,
  query.personId,
  query.definitions,
  query.from,
  query.to,
];

/** One page of a person's activities, newest first. */
export async function listHistory(
  db: Queryable,
  workspaceId: number,
  query: HistoryQuery,
  page: { limit: number; offset: number },
): Promise<ActivityRow[]> {
  const { rows } = await db.query<ActivityRow>(
    `select id, person_id as "personId", definition_id as "definitionId", occurred_at as "occurredAt", attributes, source
     from activity where ${asked} order by occurred_at desc, id desc limit $6 offset $7`,
    [...valuesOf(workspaceId, query), page.limit, page.offset],
  );
  return rows;
}

export async function countHistory(db: Queryable, workspaceId: number, query: HistoryQuery): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from activity where ${asked}`,
    valuesOf(workspaceId, query),
  );
  return rows[0]!.n;
}
