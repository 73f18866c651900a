import { initialSendingDefaults, type SendingDefaults } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** A row of `sending_default`, joined as `d`: null in all where the workspace has none. */
export interface DefaultColumns {
  cap: Exclude<SendingDefaults['cap'], 'none'> | null;
  whenCapped: SendingDefaults['whenCapped'] | null;
  hours: Exclude<SendingDefaults['hours'], 'none'> | null;
  timezone: string | null;
}

export const defaultColumns = 'd.cap, d.when_capped as "whenCapped", d.hours, d.timezone';

export function defaultsOf({ cap, whenCapped, hours, timezone }: DefaultColumns): SendingDefaults {
  if (whenCapped === null || timezone === null) return initialSendingDefaults;
  return { cap: cap ?? 'none', whenCapped, hours: hours ?? 'none', timezone };
}

export async function findDefaults(db: Queryable, workspaceId: number): Promise<SendingDefaults> {
  const { rows } = await db.query<DefaultColumns>(
    `select ${defaultColumns} from sending_default d where workspace_id = $1`,
    [workspaceId],
  );
  return rows[0] ? defaultsOf(rows[0]) : initialSendingDefaults;
}

/** Reads them while nobody else changes them. */
export async function lockDefaults(tx: Tx, workspaceId: number, now: Date): Promise<SendingDefaults> {
  const { cap, whenCapped, hours, timezone } = initialSendingDefaults;
  await tx.query(
    `insert into sending_default (workspace_id, cap, when_capped, hours, timezone, edited_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [workspaceId, orNull(cap), whenCapped, orNull(hours), timezone, now],
  );
  await tx.query('select from sending_default where workspace_id = $1 for update', [workspaceId]);
  return findDefaults(tx, workspaceId);
}

export async function updateDefaults(tx: Tx, workspaceId: number, to: SendingDefaults, now: Date): Promise<void> {
  await tx.query(
    `update sending_default set cap = $2, when_capped = $3, hours = $4, timezone = $5, edited_at = $6
     where workspace_id = $1`,
    [workspaceId, orNull(to.cap), to.whenCapped, orNull(to.hours), to.timezone, now],
  );
}

const orNull = <T>(given: T | 'none'): T | null => (given === 'none' ? null : given);

/** What waits for a rule or for its journey is looked at anew: that has changed. Returns how many that are. */
export async function wakeWorkspace(tx: Tx, workspaceId: number, now: Date): Promise<number> {
  const { rowCount } = await tx.query(
    `with own as materialized (
       select id from message
       where workspace_id = $1 and waits_for is not null and state = 'queued' and due_at > $2 order by id for update
     )
     update message m set due_at = $2 from own where m.id = own.id`,
    [workspaceId, now],
  );
  return rowCount ?? 0;
}
