import type { Filter } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import { titleSql } from './title.sql.ts';

export interface RunCounts {
  heldOut: boolean;
  entered: number;
  inside: number;
  left: number;
  parked: number;
  goals: number;
}

/** How many people went through each of these journeys and how many reached its goal, with those held out apart. Tries do not count. */
export async function countRuns(db: Queryable, journeyIds: readonly number[]): Promise<Map<number, RunCounts[]>> {
  const { rows } = await db.query<RunCounts & { journeyId: number }>(
    `select journey_id as "journeyId", held_out as "heldOut", count(*)::int as entered,
            (count(*) filter (where left_at is null))::int as inside,
            (count(*) filter (where left_at is not null))::int as left,
            (count(*) filter (where parked_error is not null))::int as parked,
            (count(goal_at))::int as goals
     from run where journey_id = any($1::int[]) and not test group by journey_id, held_out order by held_out`,
    [journeyIds],
  );
  const counts = new Map(journeyIds.map((id): [number, RunCounts[]] => [id, []]));
  for (const { journeyId, ...row } of rows) counts.get(journeyId)!.push(row);
  return counts;
}

/** How the engine stands, tries aside. */
export interface EngineCounts {
  due: number;
  parked: number;
}

export async function countDue(db: Queryable, now: Date): Promise<EngineCounts> {
  const { rows } = await db.query<EngineCounts>(
    // Each by an index of its own: this is asked every few seconds, and most runs sleep.
    `select (select count(*)::int from run where due_at <= $1 and not test) as due,
            (select count(*)::int from run where parked_error is not null and ended_at is null and not test) as parked`,
    [now],
  );
  return rows[0]!;
}

export interface MoveRow {
  at: Date;
  journeyId: number;
  journey: string;
  runId: string;
  shapeId: string | null;
  /** What the shape is called in the run's version. */
  title: string | null;
  did: string;
  /** The exit rule by which the run left, where it was one. */
  exit: Filter | null;
}

/**
 * What a person's runs did, newest first, before a moment if one is given: why they got something, or did not. Of the last
 * moment all.
 */
export async function listMovesOf(db: Queryable, personId: string, limit: number, before?: Date): Promise<MoveRow[]> {
  const { rows } = await db.query<MoveRow>(
    `select m.at, j.id as "journeyId", j.name as journey, m.run_id as "runId", m.shape_id as "shapeId",
            ${titleSql('r', 'm.shape_id')} as title, m.did,
            (select v.definition #> array['exits', (m.exit_rule - 1)::text]
             from journey_version v where v.journey_id = r.journey_id and v.version = r.version) as exit
     from (select m.* from run r join move m on m.run_id = r.id
           where r.person_id = $1 and ($3::timestamptz is null or m.at < $3)
           order by m.at desc fetch first $2 rows with ties) m
     join run r on r.id = m.run_id join journey j on j.id = r.journey_id
     order by m.at desc, m.number desc`,
    [personId, limit, before ?? null],
  );
  return rows;
}

/** The attributes of the activities that started these runs, by run. */
export async function findEntries(
  db: Queryable,
  runIds: readonly string[],
): Promise<Map<string, Record<string, never>>> {
  if (runIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; entry: Record<string, never> }>(
    'select id, entry from run where id = any($1::bigint[])',
    [runIds],
  );
  return new Map(rows.map((row) => [row.id, row.entry]));
}
