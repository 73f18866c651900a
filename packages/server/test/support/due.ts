import type { Clock } from '../../src/platform/clock.ts';
import type { Db } from '../../src/platform/database/pool.ts';

/** By kind: what waits to be worked on, and from when. What is worked on whatever the hour is due since ever. */
const WAITING = {
  news: 'select not_before as due from news',
  runs: 'select due_at as due from run where parked_error is null',
  line: 'select not_before as due from journey_line',
  messages: `select case state when 'sending' then '-infinity' else due_at end as due from message
             where state in ('queued', 'uncertain', 'sending')`,
  contests: 'select due_at as due from ab_check',
  building: `select '-infinity'::timestamptz as due from audience where building and archived_at is null`,
  checks: 'select due_at as due from audience_check',
  enrolments: `select '-infinity'::timestamptz as due from journey_enrolment e join journey j on j.id = e.journey_id
               where e.state = 'running' and j.state = 'on'`,
  scheduled: `select schedule_next_at as due from journey where state = 'on'`,
  hooks: `select '-infinity'::timestamptz as due from connector_inbox where error is null`,
  writes: `select '-infinity'::timestamptz as due from connector_outbox where state in ('queued', 'writing')`,
};

export type Kind = keyof typeof WAITING;

/**
 * How much of each kind is due. One statement, one snapshot: what leaves one kind in a transaction has entered the next in
 * the same one. The clock is asked after it: what was left meanwhile for "now" is due by then, and would be of the future
 * to a moment asked before.
 */
export async function due<K extends Kind>(db: Db, clock: Clock, kinds: readonly K[]): Promise<Record<K, number>> {
  const soon = new Date(clock.now().getTime() + 60_000);
  const { rows } = await db.query<{ kind: K; due: Date | number; count: number }>(
    `select kind, due, count(*)::int as count from (
       ${kinds.map((kind) => `select '${kind}' as kind, due from (${WAITING[kind]}) ${kind}`).join(' union all ')}
     ) w where due <= $1 group by kind, due`,
    [soon],
  );
  const now = clock.now();
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<K, number>;
  for (const { kind, due: from, count } of rows) if (from <= now) counts[kind] += count;
  return counts;
}

/** Whether nothing of what was counted is due. */
export const isNothing = (counts: Record<string, number>): boolean => Object.values(counts).every((n) => n === 0);
