import type { Queryable } from '../../platform/database/pool.ts';

/** Writes of one cause that failed for good: of one kind, and of one step where a journey asked for them. */
export interface FailedRow {
  workspaceId: number;
  connector: string;
  /** The journey that asked for them, by its id outside. */
  campaignId: string | null;
  failed: number;
  /** Those after the last one of the same cause that went well. */
  since: number;
  lastAt: Date;
  /** What the last one was, and why it failed. */
  reason: string;
}

/** Writes that failed for good, by their cause. Few fail: what went well is gone through once, and only of the same kinds. */
export async function listFailed(db: Queryable): Promise<FailedRow[]> {
  const cause = (row: string): string =>
    `${row}.connection_id, ${row}.kind, ${row}.about->>'idt::c', ${row}.about->>'str::jsi'`;
  const { rows } = await db.query<FailedRow>(
    `with failed as materialized (select * from connector_outbox where state = 'failed'),
     went_well as materialized (
       select o.connection_id, o.kind, o.about->>'idt::c' as campaign, o.about->>'str::jsi' as shape,
              max(o.settled_at) as at
       from connector_outbox o
       where o.state = 'done' and (o.connection_id, o.kind) in (select connection_id, kind from failed)
       group by ${cause('o')}
     )
     select c.workspace_id as "workspaceId", c.connector, f.about->>'idt::c' as "campaignId", count(*)::int as failed,
            (count(*) filter (where w.at is null or f.settled_at > w.at))::int as since,
            max(f.settled_at) as "lastAt",
            (array_agg(f.kind || ' for ' || f.target || ': ' || f.error order by f.settled_at desc, f.id desc))[1] as reason
     from failed f join connection c on c.id = f.connection_id
     left join went_well w on w.connection_id = f.connection_id and w.kind = f.kind
       and w.campaign is not distinct from f.about->>'idt::c' and w.shape is not distinct from f.about->>'str::jsi'
     group by c.workspace_id, c.connector, ${cause('f')}
     order by max(f.settled_at) desc`,
  );
  return rows;
}

export interface UnreadableRow {
  connector: string;
  /** Those that came since the moment that was asked for, and those before. */
  since: number;
  before: number;
  lastAt: Date;
  /** Why the last one could not. */
  reason: string;
}

/** Webhooks that could not be read, and what could not be recorded of those that were. */
export async function countUnreadable(db: Queryable, since: Date): Promise<UnreadableRow[]> {
  const { rows } = await db.query<UnreadableRow>(
    `select c.connector, (count(*) filter (where i.received_at >= $1))::int as since,
            (count(*) filter (where i.received_at < $1))::int as before, max(i.received_at) as "lastAt",
            (array_agg(i.error order by i.received_at desc, i.id desc))[1] as reason
     from connector_inbox i join connection c on c.id = i.connection_id
     where i.error is not null group by c.connector`,
    [since],
  );
  return rows;
}
