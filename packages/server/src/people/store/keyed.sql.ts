import { withOnePlan } from '../../platform/database/one-plan.ts';
import type { Tx } from '../../platform/database/pool.ts';
import type { Entity } from '../filter/entity.ts';

/** An activity as its key tells it apart: of the same person, or account, at the same moment there is one of its kind. */
export interface Keyed {
  ownerId: string;
  activityId: string;
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
             from unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[]) with ordinality
                  as k(${owner}, key, occurred_at, activity_id, place)
             join activity_definition d on d.workspace_id = $1 and d.activity_id = k.activity_id
             join ${activityTable} a on a.${owner} = k.${owner} and a.key = k.key and a.occurred_at = k.occurred_at
               and a.definition_id = d.id
             where a.workspace_id = $1`,
      values: [
        workspaceId,
        keyed.map((k) => k.ownerId),
        keyed.map((k) => k.key),
        keyed.map((k) => k.occurredAt),
        keyed.map((k) => k.activityId),
      ],
    }),
  );
  return new Set(rows.map(({ place }) => place));
}
