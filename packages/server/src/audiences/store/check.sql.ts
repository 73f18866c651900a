import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** The first moment at which time may move somebody. */
export async function findNextCheck(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>({
    name: 'audience.next-check',
    text: 'select min(due_at) as at from audience_check',
  });
  return rows[0]?.at ?? undefined;
}

/** A workspace in which a check is due. */
export async function findDueWorkspace(db: Queryable, now: Date): Promise<number | undefined> {
  const { rows } = await db.query<{ workspaceId: number }>({
    name: 'audience.due-workspace',
    text: 'select workspace_id as "workspaceId" from audience_check where due_at <= $1 order by due_at limit 1',
    values: [now],
  });
  return rows[0]?.workspaceId;
}

/** Takes due checks off, by person; they are made, and the next ones written, in the same transaction. */
export async function takeChecks(
  tx: Tx,
  workspaceId: number,
  now: Date,
  limit: number,
): Promise<Map<string, Set<number>>> {
  const { rows } = await tx.query<{ audienceId: number; personId: string }>({
    name: 'audience.take-checks',
    text: `delete from audience_check c using (
             select audience_id, person_id from audience_check where workspace_id = $1 and due_at <= $2
             order by due_at limit $3 for update skip locked
           ) d where c.audience_id = d.audience_id and c.person_id = d.person_id
           returning c.audience_id as "audienceId", c.person_id as "personId"`,
    values: [workspaceId, now, limit],
  });
  const due = new Map<string, Set<number>>();
  for (const { audienceId, personId } of rows) due.set(personId, (due.get(personId) ?? new Set()).add(audienceId));
  return due;
}
