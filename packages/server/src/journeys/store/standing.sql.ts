import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** How many stand at a shape of a version. */
export interface Standing {
  version: number;
  /** Null: they have not begun. */
  shapeId: string | null;
  runs: number;
  /** Of them, those that a pause or a shape that is switched off keeps there. */
  held: number;
}

/** Who is inside a journey, by where they stand; tries aside. Reads `run_inside` alone. */
export async function countStanding(db: Queryable, journeyId: number): Promise<Standing[]> {
  const { rows } = await db.query<Standing>({
    name: 'run.standing',
    text: `select version, shape_id as "shapeId", count(*)::int as runs, (count(*) filter (where held))::int as held
           from run where journey_id = $1 and left_at is null and not test group by version, shape_id
           order by version, shape_id nulls first`,
    values: [journeyId],
  });
  return rows;
}

/** From where to where runs go that are moved to another version. */
export interface Passage {
  version: number;
  from: string;
  /** Null: their way ends. */
  to: string | null;
  /** What they remember of the shape holds for the other as well. */
  keeps: boolean;
}

/**
 * Moves everybody who stands at one of these shapes to another version, at once, and makes them due there. When they
 * arrived stays, so that no wait begins anew; what they asked for as the old shape is still heard of. Returns how many.
 */
export async function moveStanding(
  tx: Tx,
  o: { journeyId: number; version: number; listens: readonly string[]; passages: readonly Passage[]; now: Date },
): Promise<number> {
  const { rows } = await tx.query<{ moved: number }>(
    `with moved as (
       update run set version = $2, shape_id = p.to_id, listens = $3,
              due_at = case when parked_error is null then $4::timestamptz end,
              memory = case
                when not p.keeps then memory - 'asked' - 'moveOn'
                when p.from_id = p.to_id then memory
                else memory
                  || case when memory ? 'asked' then jsonb_build_object('asked', jsonb_build_object('as', p.from_id) || (memory->'asked')) else '{}' end
                  || case when memory->>'moveOn' = p.from_id then jsonb_build_object('moveOn', p.to_id) else '{}' end
              end
       from unnest($5::int[], $6::text[], $7::text[], $8::boolean[]) as p(version, from_id, to_id, keeps)
       where run.journey_id = $1 and run.left_at is null and not run.test and run.version = p.version
         and run.shape_id = p.from_id and p.to_id is not null
       returning run.id, p.from_id, p.to_id
     ), told as (
       insert into move (run_id, at, number, shape_id, did)
       select id, $4, 0, to_id,
              'moved to version ' || $2::int || case when from_id = to_id then '' else ', from “' || from_id || '”' end
       from moved
       on conflict (run_id, at, number) do update set did = move.did || '; ' || excluded.did
     )
     select count(*)::int as moved from moved`,
    [
      o.journeyId,
      o.version,
      o.listens,
      o.now,
      o.passages.map((p) => p.version),
      o.passages.map((p) => p.from),
      o.passages.map((p) => p.to),
      o.passages.map((p) => p.keeps),
    ],
  );
  return rows[0]!.moved;
}

/** Lets everybody go who stands at one of these shapes: the engine ends their runs, with this reason. Returns how many. */
export async function endStanding(
  tx: Tx,
  o: { journeyId: number; reason: string; passages: readonly Passage[]; now: Date },
): Promise<number> {
  const { rowCount } = await tx.query(
    `update run set memory = memory || jsonb_build_object('end', $2::text), parked_error = null, due_at = $3
     from unnest($4::int[], $5::text[]) as p(version, from_id)
     where run.journey_id = $1 and run.left_at is null and not run.test and run.version = p.version
       and run.shape_id = p.from_id`,
    [o.journeyId, o.reason, o.now, o.passages.map((p) => p.version), o.passages.map((p) => p.from)],
  );
  return rowCount ?? 0;
}

/** Lets everybody who stands at a shape, in whatever version, go on without doing what it says. Returns how many. */
export async function moveOnStanding(tx: Tx, o: { journeyId: number; shapeId: string; now: Date }): Promise<number> {
  const { rowCount } = await tx.query(
    `update run set memory = memory || jsonb_build_object('moveOn', $2::text), due_at = $3
     where journey_id = $1 and shape_id = $2 and left_at is null and parked_error is null and not test`,
    [o.journeyId, o.shapeId, o.now],
  );
  return rowCount ?? 0;
}

/** Where people stand. */
export interface Place {
  journeyId: number;
  version: number;
  shapeId: string;
}

/** Makes due at once whoever waits at one of these, tries among them. Returns how many. */
export async function wakeStanding(tx: Tx, places: readonly Place[], now: Date): Promise<number> {
  if (places.length === 0) return 0;
  const { rowCount } = await tx.query(
    `with own as materialized (
       select r.id from run r join unnest($2::int[], $3::int[], $4::text[]) as p(journey_id, version, shape_id)
         on r.journey_id = p.journey_id and r.version = p.version and r.shape_id = p.shape_id
       where r.left_at is null and r.parked_error is null and r.due_at > $1 order by r.id for update of r
     )
     update run set due_at = $1 from own where run.id = own.id`,
    [now, places.map((p) => p.journeyId), places.map((p) => p.version), places.map((p) => p.shapeId)],
  );
  return rowCount ?? 0;
}

/** How a journey stands, in three figures. */
export interface InsideCounts {
  journeyId: number;
  inside: number;
  held: number;
  parked: number;
}

/** Of these journeys; tries aside. */
export async function countInsideOf(db: Queryable, journeyIds: readonly number[]): Promise<Map<number, InsideCounts>> {
  const { rows } = await db.query<InsideCounts>(
    `select j.id as "journeyId", i.inside, i.held,
            (select count(*)::int from run r where r.journey_id = j.id and r.parked_error is not null
              and r.ended_at is null and not r.test) as parked
     from unnest($1::int[]) as j(id) cross join lateral (
       select count(*)::int as inside, (count(*) filter (where r.held))::int as held
       from run r where r.journey_id = j.id and r.left_at is null and not r.test
     ) i`,
    [journeyIds],
  );
  return new Map(rows.map((row) => [row.journeyId, row]));
}
