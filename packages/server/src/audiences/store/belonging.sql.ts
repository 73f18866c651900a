import { withOnePlan } from '../../platform/database/one-plan.ts';
import { send, type Tx } from '../../platform/database/pool.ts';
import type { Due, Move } from '../move.ts';
import { writingMoves } from './moves.sql.ts';

/** Where somebody belongs, and when they are to be judged again, in milliseconds, by audience. */
export interface Belonging {
  audiences: readonly number[];
  checks: ReadonlyMap<number, number>;
}

/** The audiences that each of these people belongs to, and their checks; nobody who has neither. By whoever holds the workspace's lock. */
export async function listBelonging(tx: Tx, people: readonly string[]): Promise<Map<string, Belonging>> {
  const { rows } = await withOnePlan(tx, () =>
    tx.query<{ id: string; audiences: number[]; checks: number[]; dues: number[] }>({
      name: 'audience.belonging',
      text: `select asked.id, array(select m.audience_id from audience_member m where m.person_id = asked.id) as audiences,
                  c.checks, c.dues
           from unnest($1::bigint[]) as asked(id)
           cross join lateral (
             select coalesce(array_agg(c.audience_id), '{}') as checks,
                    coalesce(array_agg((extract(epoch from c.due_at) * 1000)::float8), '{}') as dues
             from audience_check c where c.person_id = asked.id
           ) c`,
      values: [people],
    }),
  );
  return new Map(
    rows.map(({ id, audiences, checks, dues }) => [
      id,
      { audiences, checks: new Map(checks.map((audienceId, i) => [audienceId, dues[i]!])) },
    ]),
  );
}

/** Writes who entered and who left, with the figures. By whoever holds the workspace's lock. */
export function writeMoves(tx: Tx, of: { workspaceId: number; now: Date }, moves: readonly Move[]): void {
  if (moves.length === 0) return;
  withOnePlan(tx, () =>
    send(tx, {
      name: 'audience.move',
      text: `with moved as (
             select * from unnest($4::int[], $5::bigint[], $6::boolean[]) as m(audience_id, person_id, belongs)
           ), ${writingMoves({ workspace: '$1', now: '$2', day: '$3' })}
           select`,
      values: [
        of.workspaceId,
        of.now,
        of.now.toISOString().slice(0, 10),
        moves.map(({ audienceId }) => audienceId),
        moves.map(({ personId }) => personId),
        moves.map(({ entered }) => entered),
      ],
    }),
  );
}

/** Writes when to look again; each of them earlier than what is there, or nothing is there. */
export function writeChecks(tx: Tx, workspaceId: number, dues: readonly Due[]): void {
  if (dues.length === 0) return;
  send(tx, {
    name: 'audience.check',
    text: `insert into audience_check (workspace_id, audience_id, person_id, due_at)
           select $1, u.* from unnest($2::int[], $3::bigint[], $4::timestamptz[]) as u
           on conflict (audience_id, person_id) do update set due_at = excluded.due_at`,
    values: [
      workspaceId,
      dues.map(({ audienceId }) => audienceId),
      dues.map(({ personId }) => personId),
      dues.map(({ at }) => at),
    ],
  });
}
