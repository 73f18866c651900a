import type { Queryable, Tx } from '../../platform/database/pool.ts';
import { titleSql } from './title.sql.ts';

/** A run that the engine could not move. */
export interface ParkedRun {
  id: string;
  personId: string;
  journey: string;
  shapeId: string | null;
  title: string | null;
  error: string;
  arrivedAt: Date;
}

/** Oldest first. */
export async function listParked(db: Queryable, workspaceId: number, limit: number): Promise<ParkedRun[]> {
  const { rows } = await db.query<ParkedRun>(
    `select r.id, r.person_id as "personId", j.name as journey, r.shape_id as "shapeId", ${titleSql('r', 'r.shape_id')} as title,
            r.parked_error as error,
            r.arrived_at as "arrivedAt"
     from run r join journey j on j.id = r.journey_id
     where r.parked_error is not null and r.ended_at is null and r.workspace_id = $1 order by r.id limit $2`,
    [workspaceId, limit],
  );
  return rows;
}

/** Puts a parked run before the engine again. Returns its shape, or undefined when it is not parked. */
export async function unparkRun(
  tx: Tx,
  workspaceId: number,
  id: string,
  now: Date,
): Promise<{ shapeId: string | null } | undefined> {
  const { rows } = await tx.query<{ shapeId: string | null }>(
    `update run set parked_error = null, due_at = $3
     where id = $1 and workspace_id = $2 and parked_error is not null and ended_at is null
     returning shape_id as "shapeId"`,
    [id, workspaceId, now],
  );
  return rows[0];
}

/** A parked run that was ended; `leaves` where its person was inside by it until then. */
export interface EndedParked {
  personId: string;
  enteredAt: Date;
  journeyId: number;
  version: number;
  shapeId: string | null;
  leaves: boolean;
}

/** Ends a parked run where it stands. Undefined when it is not parked. */
export async function endParkedRun(
  tx: Tx,
  workspaceId: number,
  id: string,
  now: Date,
  reason: string,
): Promise<EndedParked | undefined> {
  const { rows } = await tx.query<EndedParked>(
    `with own as materialized (
       select id, left_at is null and not test as leaves from run
       where id = $1 and workspace_id = $2 and parked_error is not null and ended_at is null for update
     )
     update run set parked_error = null, due_at = null, listens = '{}', ended_at = $3, left_at = coalesce(left_at, $3),
            left_reason = coalesce(left_reason, $4)
     from own where run.id = own.id
     returning run.person_id as "personId", run.entered_at as "enteredAt", run.journey_id as "journeyId", run.version, run.shape_id as "shapeId",
               own.leaves`,
    [id, workspaceId, now, reason],
  );
  return rows[0];
}
