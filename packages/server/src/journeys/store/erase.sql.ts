import type { Tx } from '../../platform/database/pool.ts';

/** Makes due at once every run that these people have not left. Waits for the engine where it has one in hand. */
export async function wakeRunsOf(
  tx: Tx,
  workspaceId: number,
  personIds: readonly string[],
  now: Date,
): Promise<number> {
  const { rowCount } = await tx.query(
    `with own as materialized (
       select id from run where workspace_id = $1 and person_id = any($2::bigint[]) and ended_at is null
       order by id for update
     )
     update run set due_at = least(due_at, $3) from own
     where run.id = own.id and run.left_at is null and run.parked_error is null`,
    [workspaceId, personIds, now],
  );
  return rowCount ?? 0;
}

/**
 * Ends the runs of people who are no more, and takes out of all their runs what is personal. That somebody went this
 * way, and how far, stays: it is counted.
 */
export async function eraseRuns(tx: Tx, personIds: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `with own as materialized (
       select id from run where person_id = any($1::bigint[]) order by id for update
     )
     update run set entry = '{}', entry_key = run.id::text, due_at = null, listens = '{}', parked_error = null,
            left_reason = case when left_at is null then 'the person was deleted' else left_reason end,
            left_at = coalesce(left_at, $2), ended_at = coalesce(ended_at, $2)
     from own where run.id = own.id`,
    [personIds, now],
  );
  for (const table of ['shape_done', 'split_choice', 'journey_line'])
    await tx.query(`delete from ${table} where person_id = any($1::bigint[])`, [personIds]);
  await tx.query('delete from move where run_id in (select id from run where person_id = any($1::bigint[]))', [
    personIds,
  ]);
}
