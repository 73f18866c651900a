import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';

/** When somebody last had a shape that says how often. */
export interface DoneRow {
  journeyId: number;
  shapeId: string;
  personId: string;
  doneAt: Date;
}

/**
 * Of messages, only those of which one was sent, since then, or may be yet: one that was not sent, nobody has had, and one
 * that waits is not sent any more once its run has left, but by an exit shape (`objectionOnceLeft`).
 */
export async function listDone(
  db: Queryable,
  people: readonly string[],
  journeyIds: readonly number[],
): Promise<DoneRow[]> {
  const { rows } = await db.query<DoneRow>({
    name: 'shape.done',
    text: `select d.journey_id as "journeyId", d.shape_id as "shapeId", d.person_id as "personId",
                  coalesce(m.had, d.done_at) as "doneAt"
           from shape_done d
           cross join lateral (
             -- One that waits to be sent counts from when it is due at the earliest, which may be to come.
             select count(*) as asked,
                    max(coalesce(m.sent_at, greatest(m.queued_at, m.due_at))) filter (
                      where case m.state when 'skipped' then false when 'failed' then false when 'queued' then not coalesce((
                        select r.left_at is not null and v.definition #>> array['shapes', r.shape_id, 'kind'] is distinct from 'exit'
                        from run r join journey_version v on v.journey_id = r.journey_id and v.version = r.version
                        where r.id = m.run_id), false) else true end) as had
             from message m where m.person_id = d.person_id and m.journey_id = d.journey_id and m.shape_id = d.shape_id
           ) m
           where d.person_id = any($1::bigint[]) and d.journey_id = any($2::int[]) and (m.asked = 0 or m.had is not null)`,
    values: [people, journeyIds],
  });
  return rows;
}

export function upsertDone(tx: Tx, workspaceId: number, done: readonly Omit<DoneRow, 'doneAt'>[], now: Date): void {
  if (done.length === 0) return;
  send(tx, {
    name: 'shape.done.note',
    text: `insert into shape_done as d (workspace_id, journey_id, shape_id, person_id, done_at)
           select distinct $1::int, journey_id, shape_id, person_id, $5::timestamptz
           from unnest($2::int[], $3::text[], $4::bigint[]) as u(journey_id, shape_id, person_id)
           on conflict (person_id, journey_id, shape_id) do update set done_at = greatest(d.done_at, excluded.done_at)`,
    values: [workspaceId, done.map((d) => d.journeyId), done.map((d) => d.shapeId), done.map((d) => d.personId), now],
  });
}
