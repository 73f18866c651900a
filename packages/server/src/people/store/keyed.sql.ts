import { withOnePlan } from '../../platform/database/one-plan.ts';
import type { Tx } from '../../platform/database/pool.ts';
import type { Entity } from '../filter/entity.ts';

/** An activity as its key tells it apart: of the same person, or account, at the same moment there is one. */
export interface Keyed {
  ownerId: string;
  key: string;
  occurredAt: Date;
}

/** Of these, the places of those that are there: they would not be recorded again. */
export async function findKeyed(
  tx: Tx,
  { activityTable, owner }: Entity,
  workspaceId: number,
  keyed: readonly Keyed[],
): Promise<Set<number>> {
  if (keyed.length === 0) return new Set();
  const { rows } = await withOnePlan(tx, () =>
    tx.query<{ place: number }>({
      name: `${activityTable}.keyed`,
      text: `select k.place::int - 1 as place
             from unnest($2::bigint[], $3::text[], $4::timestamptz[]) with ordinality
                  as k(${owner}, key, occurred_at, place)
             join ${activityTable} a using (${owner}, key, occurred_at)
             where a.workspace_id = $1`,
      values: [workspaceId, keyed.map((k) => k.ownerId), keyed.map((k) => k.key), keyed.map((k) => k.occurredAt)],
    }),
  );
  return new Set(rows.map(({ place }) => place));
}
