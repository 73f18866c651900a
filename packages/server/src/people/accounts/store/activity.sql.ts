import type { Fields } from '@tributary/model';
import type { Queryable, Tx } from '../../../platform/database/pool.ts';

export interface NewAccountActivity {
  id: string;
  accountId: string;
  definitionId: number;
  occurredAt: Date;
  source: string;
  key: string | undefined;
  attributes: Fields;
}

/** Writes activities; those whose key is there already at that moment, of their kind, are left out. Returns the ids written. */
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

/** Those of these activities that are there, by where they are stored. Returns their ids. */
export async function findAccountActivities(
  db: Queryable,
  workspaceId: number,
  at: readonly { accountId: string; occurredAt: Date; id: string }[],
): Promise<Set<string>> {
  if (at.length === 0) return new Set();
  const { rows } = await db.query<{ id: string }>({
    name: 'account_activity.find',
    text: `select a.id from unnest($2::bigint[], $3::timestamptz[], $4::bigint[]) as k(account_id, occurred_at, id)
           join account_activity a using (account_id, occurred_at, id) where a.workspace_id = $1`,
    values: [workspaceId, at.map((a) => a.accountId), at.map((a) => a.occurredAt), at.map((a) => a.id)],
  });
  return new Set(rows.map((row) => row.id));
}
