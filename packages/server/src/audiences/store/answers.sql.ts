import { createParameters, type Parameters } from '../../people/index.ts';
import { withOnePlan } from '../../platform/database/one-plan.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { nameOf } from './prepared.ts';

/** Whether each of these conditions, as SQL about the person `p`, holds for each of these people; who is gone has no answer. */
export async function listAnswers(
  tx: Tx,
  workspaceId: number,
  people: readonly string[],
  conditions: readonly ((parameters: Parameters) => string)[],
): Promise<Map<string, readonly boolean[]>> {
  const parameters = createParameters([people, workspaceId]);
  const text = `select p.id, array[${conditions.map((condition) => condition(parameters)).join(',\n')}] as holds
    from unnest($1::bigint[]) as asked(id)
    cross join lateral (select x.* from person x where x.id = asked.id and x.workspace_id = $2 offset 0) p`;
  const { rows } = await withOnePlan(tx, () =>
    tx.query<{ id: string; holds: boolean[] }>({ ...nameOf('answers', text), text, values: [...parameters.values] }),
  );
  return new Map(rows.map(({ id, holds }) => [id, holds]));
}
