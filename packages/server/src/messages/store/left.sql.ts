import { send, type Tx } from '../../platform/database/pool.ts';
import { notify } from '../../platform/presence.ts';
import type { LeftRun } from '../types.ts';

/** Whoever wrote a run down may have had another clock than who wrote its messages. */
const CLOCKS_APART = '1 hour';

/**
 * Makes what these runs have asked for, and what has not left, due at once; whoever sends is told, where there is any. Sent
 * without waiting for the answer. The person's messages since the run began are few, and read by an index: runs have none.
 * What somebody holds at this moment is left out: they judge it, and who has people in hand must not wait for them.
 */
export function wakeLeft(tx: Tx, runs: readonly LeftRun[], now: Date): void {
  const told = notify('message');
  send(tx, {
    name: 'message.left',
    text: `with own as materialized (
             select m.id from unnest($2::bigint[], $3::bigint[], $4::timestamptz[]) as r(id, person_id, entered_at)
             join message m on m.person_id = r.person_id and m.queued_at >= r.entered_at - interval '${CLOCKS_APART}'
                           and m.run_id = r.id
             where m.state = 'queued' and m.due_at > $5
             order by m.id for update of m skip locked
           ), woken as (
             update message m set due_at = $5 from own where m.id = own.id returning m.id
           )
           ${told.text} where exists (select from woken)`,
    values: [
      ...told.values,
      runs.map(({ id }) => id),
      runs.map(({ personId }) => personId),
      runs.map(({ enteredAt }) => enteredAt),
      now,
    ],
  });
}
