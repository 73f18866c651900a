import type { Queryable } from '../../platform/database/pool.ts';
import type { JourneyState } from './journey.sql.ts';

/** A run that asked for messages, and how its journey stands. */
export interface Asker {
  id: string;
  journeyId: number;
  version: number;
  test: boolean;
  /** Where it is, or was when it left. */
  shapeId: string | null;
  /** Why it has left, or is to leave as soon as the engine comes to it. */
  leftReason: string | null;
  state: JourneyState;
  live: number | null;
}

/** Why everybody leaves a journey that is archived. */
export const ARCHIVED = 'the journey was archived';

export async function findAskers(db: Queryable, runIds: readonly string[]): Promise<Map<string, Asker>> {
  const { rows } = await db.query<Asker>({
    name: 'run.askers',
    text: `select r.id, r.journey_id as "journeyId", r.version, r.test, r.shape_id as "shapeId",
                  coalesce(r.left_reason, r.memory->>'end',
                           case when j.state = 'archived' then '${ARCHIVED}' end) as "leftReason", j.state, j.live_version as live
           from run r join journey j on j.id = r.journey_id where r.id = any($1::bigint[])`,
    values: [runIds],
  });
  return new Map(rows.map((row) => [row.id, row]));
}
