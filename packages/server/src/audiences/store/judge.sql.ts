import { createParameters, type Parameters } from '../../people/index.ts';
import { withOnePlan } from '../../platform/database/one-plan.ts';
import type { Tx } from '../../platform/database/pool.ts';
import type { Move } from '../move.ts';
import { writingMoves } from './moves.sql.ts';
import { nameOf } from './prepared.ts';

/** An audience as SQL about the person `p`: whether its filter and its exit filter hold, and when to look again. */
export interface Judged {
  id: number;
  holds(parameters: Parameters): string;
  leaves: ((parameters: Parameters) => string) | undefined;
  boundary(parameters: Parameters): string;
}

/**
 * Judges each of these people by the audience beside them, all of which are among `audiences`, compares with who belongs, and writes the difference, the
 * figures and the moments at which to look again: one statement. To be called by whoever holds the workspace's lock.
 * A check that is there already stays when it is the earlier one: to look too early does no harm, and who is seen
 * every minute would else rewrite it every minute.
 */
export async function judge(
  tx: Tx,
  of: { workspaceId: number; now: Date },
  pairs: readonly { personId: string; audienceId: number }[],
  audiences: readonly Judged[],
): Promise<Move[]> {
  const parameters = createParameters([
    pairs.map(({ personId }) => personId),
    of.workspaceId,
    of.now,
    of.now.toISOString().slice(0, 10),
    pairs.map(({ audienceId }) => audienceId),
  ]);
  const each = (sql: (audience: Judged) => string | undefined, type: string): string => {
    const cases = audiences.flatMap((audience) => {
      const answer = sql(audience);
      return answer === undefined ? [] : [`when ${parameters.add(audience.id, 'int')} then ${answer}`];
    });
    return cases.length > 0 ? `case a.audience_id ${cases.join('\n')} end` : `null::${type}`;
  };
  const holds = each((audience) => audience.holds(parameters), 'boolean');
  const leaves = each((audience) => audience.leaves?.(parameters), 'boolean');
  const boundary = each((audience) => {
    const sql = audience.boundary(parameters);
    return sql.startsWith('null::') ? undefined : sql;
  }, 'timestamptz');
  // With an exit filter, who is gone leaves all the same.
  const exits = parameters.add(
    audiences.flatMap(({ id, leaves: exit }) => (exit ? [id] : [])),
    'int[]',
  );
  const text = `with judged as materialized (
      select a.person_id, a.audience_id, p.id is not null and ${holds} as holds,
             case when a.audience_id = any(${exits}) then p.id is null or ${leaves} end as leaves,
             case when p.id is not null then ${boundary} end as due_at
      from unnest($1::bigint[], $5::int[]) as a(person_id, audience_id)
      -- "Offset" keeps this from becoming a join with everybody in the workspace.
      left join lateral (
        select x.* from person x where x.id = a.person_id and x.workspace_id = $2 and x.archived_at is null offset 0
      ) p on true
    ), settled as materialized (
      select j.audience_id, j.person_id, m.person_id is not null as belonged,
             case when j.leaves is null then j.holds else (j.holds or m.person_id is not null) and not j.leaves end as belongs
      from judged j left join audience_member m on m.audience_id = j.audience_id and m.person_id = j.person_id
    ), moved as materialized (
      select audience_id, person_id, belongs from settled where belongs <> belonged
    ), due as (
      insert into audience_check as c (workspace_id, audience_id, person_id, due_at)
      select $2, audience_id, person_id, due_at from judged where due_at is not null
      on conflict (audience_id, person_id) do update set due_at = excluded.due_at where excluded.due_at < c.due_at
    ), ${writingMoves({ workspace: '$2', now: '$3', day: '$4' })}
    select audience_id as "audienceId", person_id as "personId", belongs as entered from moved
    order by person_id, audience_id`;
  // To plan so many conditions takes far longer than to run them.
  const { rows } = await withOnePlan(tx, () =>
    tx.query<Move>({ ...nameOf('judge', text), text, values: [...parameters.values] }),
  );
  return rows;
}
