import type { IntakeItem } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import { notify } from '../../platform/presence.ts';

const signal = notify('intake');
const BACKOFF_MAX_SECONDS = 600;

/** Writes records down and signals that there are some: one statement, for somebody waits. */
export async function insertIntake(
  db: Queryable,
  workspaceId: number,
  items: readonly IntakeItem[],
  now: Date,
): Promise<void> {
  await db.query({
    name: 'intake.insert',
    text: `with intake as (insert into intake (workspace_id, items, received_at, not_before) values ($2, $3, $4, $4))
           ${signal.text}`,
    values: [...signal.values, workspaceId, JSON.stringify(items), now],
  });
}

export interface IntakeRow {
  id: string;
  workspaceId: number;
  /** As JSON has them: moments are text. */
  items: IntakeItem[];
}

/**
 * Takes what was written down first. One process at a time, so that what was
 * asked later is recorded later; undefined while another is at it.
 */
export async function takeIntake(tx: Tx, now: Date, limit: number): Promise<IntakeRow[] | undefined> {
  const lock = await tx.query<{ mine: boolean }>('select pg_try_advisory_xact_lock(7482012) as mine');
  if (!lock.rows[0]!.mine) return undefined;
  const { rows } = await tx.query<IntakeRow>({
    name: 'intake.take',
    // What has just come is due whatever our clock says, and nothing waits longer than it ever should: a clock may be set
    // back, or be another process's.
    text: `delete from intake where id in (
             select id from intake where attempts = 0 or not_before not between $1 and $3 order by id limit $2
           ) returning id, workspace_id as "workspaceId", items`,
    values: [now, limit, new Date(now.getTime() + BACKOFF_MAX_SECONDS * 1000)],
  });
  return rows.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

/** Takes that one, if it is still there. */
export async function takeOneIntake(tx: Tx, id: string): Promise<IntakeRow[]> {
  const { rows } = await tx.query<IntakeRow>(
    'delete from intake where id = $1 returning id, workspace_id as "workspaceId", items',
    [id],
  );
  return rows;
}

/** What could not be recorded is tried again, after a pause that grows to ten minutes. */
export async function postponeIntake(db: Queryable, id: string, now: Date, error: string): Promise<void> {
  await db.query(
    `update intake set attempts = attempts + 1, error = $3,
            not_before = $2::timestamptz + make_interval(secs => least(power(2, attempts), $4))
     where id = $1`,
    [id, now, error, BACKOFF_MAX_SECONDS],
  );
}

/** How many requests wait to be recorded. */
export async function countIntake(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from intake');
  return rows[0]!.n;
}
