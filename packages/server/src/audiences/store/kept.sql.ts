import type { Filter } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { Move } from '../move.ts';

/** Brings a hidden audience in line, and has it built anew where its filter is another; false where it is not there. */
export async function updateKept(
  tx: Tx,
  id: number,
  { name, filter, quiet }: { name: string; filter: Filter; quiet: boolean },
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update audience a set name = $2, filter = $3, building = building or other,
            quiet = case when other then $4 else quiet end,
            edited_at = case when other then $5 else edited_at end,
            build_after = case when other then 0 else build_after end,
            build_done = case when other then 0 else build_done end,
            build_total = case when other then (select count(*) from person p where p.workspace_id = a.workspace_id)
                               else build_total end
     from (select id, filter <> $3::jsonb as other from audience where id = $1 and hidden) asked where asked.id = a.id`,
    [id, name, filter, quiet, now],
  );
  return rowCount === 1;
}

export async function findBuilt(
  db: Queryable,
  workspaceId: number,
  id: number,
): Promise<{ ready: boolean; done: number; total: number } | undefined> {
  const { rows } = await db.query<{ ready: boolean; done: number; total: number }>(
    `select not building as ready, build_done::float8 as done, greatest(build_total, build_done)::float8 as total
     from audience where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  );
  return rows[0];
}

/**
 * Of these moves, those that a quiet building makes, or makes yet: whom it has not come by is taken for somebody who
 * belonged before, unless they are newer than it.
 */
export async function findQuiet(tx: Tx, moves: readonly Move[]): Promise<Pick<Move, 'audienceId' | 'personId'>[]> {
  const { rows } = await tx.query<Pick<Move, 'audienceId' | 'personId'>>({
    name: 'audience.quiet',
    text: `select m.audience_id as "audienceId", m.person_id as "personId"
           from unnest($1::int[], $2::bigint[]) as m(audience_id, person_id)
           join audience a on a.id = m.audience_id and a.quiet and a.building and m.person_id > a.build_after
           left join person p on p.id = m.person_id
           where p.id is null or p.created_at <= a.edited_at`,
    values: [moves.map(({ audienceId }) => audienceId), moves.map(({ personId }) => personId)],
  });
  return rows;
}
