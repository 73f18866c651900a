import type { Fields } from '@tributary/model';
import type { Tx } from '../../../platform/database/pool.ts';

export interface NewAccountActivity {
  id: string;
  accountId: string;
  definitionId: number;
  occurredAt: Date;
  source: string;
  key: string | undefined;
  attributes: Fields;
}

/** Writes activities; those whose key is there already at that moment are left out. Returns the ids written. */
export async function insertAccountActivities(
  tx: Tx,
  workspaceId: number,
  activities: readonly NewAccountActivity[],
): Promise<Set<string>> {
  if (activities.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>({
    name: 'account_activity.insert',
    text: `insert into account_activity
             (workspace_id, account_id, occurred_at, id, definition_id, source, key, attributes)
           select $1, a.* from unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::int[], $6::text[], $7::text[],
                                      $8::jsonb[]) as a
           on conflict do nothing returning id`,
    values: [
      workspaceId,
      activities.map((a) => a.accountId),
      activities.map((a) => a.occurredAt),
      activities.map((a) => a.id),
      activities.map((a) => a.definitionId),
      activities.map((a) => a.source),
      activities.map((a) => a.key ?? null),
      activities.map((a) => JSON.stringify(a.attributes)),
    ],
  });
  return new Set(rows.map((row) => row.id));
}
