import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';

/** When somebody last had a shape that says how often. */
export interface DoneRow {
  journeyId: number;
  shapeId: string;
  personId: string;
  doneAt: Date;
}

export async function listDone(
  db: Queryable,
  people: readonly string[],
  journeyIds: readonly number[],
): Promise<DoneRow[]> {
  const { rows } = await db.query<DoneRow>({
    name: 'shape.done',
    text: `select journey_id as "journeyId", shape_id as "shapeId", person_id as "personId", done_at as "doneAt"
           from shape_done where person_id = any($1::bigint[]) and journey_id = any($2::int[])`,
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
