import type { Queryable } from '../../platform/database/pool.ts';
import { NOT_HELD_OUT } from '../engine/shapes/hold-out.ts';

/** One of two groups that are compared. */
export interface ComparedCounts {
  heldOut: boolean;
  /** Runs, and those of them that reached the goal. */
  entered: number;
  goals: number;
  people: number;
  /** Who reached the goal, by whichever of their runs. */
  reached: number;
}

/**
 * The people of a journey, however often each was in it, with those held out of all of it apart: whoever is held out has
 * left at once and enters again sooner than whoever is inside. Whom a step holds out has gone through the journey until
 * there. Tries do not count.
 */
export async function countCompared(db: Queryable, journeyId: number): Promise<ComparedCounts[]> {
  const { rows } = await db.query<ComparedCounts>(
    `select held_out as "heldOut", sum(runs)::int as entered, sum(goals)::int as goals, count(*)::int as people,
            (count(*) filter (where goals > 0))::int as reached
     from (select held_out and shape_id is null as held_out, person_id, count(*) as runs, count(goal_at) as goals
           from run where journey_id = $1 and not test group by 1, 2) own
     group by held_out`,
    [journeyId],
  );
  return rows;
}

/**
 * The same of those who came to a step that holds people out: whom it held out, and who went on from it, both from that
 * moment on. Whoever had reached the goal by then says nothing of what follows. Steps that have held nobody out are left out.
 */
export async function countComparedAtSteps(
  db: Queryable,
  journeyId: number,
): Promise<(ComparedCounts & { shapeId: string })[]> {
  const { rows } = await db.query<ComparedCounts & { shapeId: string }>(
    `with out as materialized (
       select shape_id, person_id, left_at as at, goal_at
       from run where journey_id = $1 and not test and held_out and shape_id is not null
     ), came as (
       select shape_id, true as held_out, person_id, at, goal_at from out
       union all
       -- A run that goes round comes here again.
       select m.shape_id, false, r.person_id, min(m.at), r.goal_at
       from run r join move m on m.run_id = r.id
       where r.journey_id = $1 and not r.test and m.did = $2 and m.shape_id in (select shape_id from out)
       group by m.shape_id, r.id
     ), own as (
       select shape_id, held_out, person_id, count(*) as runs, count(goal_at) as goals
       from came where goal_at is null or goal_at > at group by 1, 2, 3
     )
     select shape_id as "shapeId", held_out as "heldOut", sum(runs)::int as entered, sum(goals)::int as goals,
            count(*)::int as people, (count(*) filter (where goals > 0))::int as reached
     from own group by 1, 2 order by 1, 2`,
    [journeyId, NOT_HELD_OUT],
  );
  return rows;
}
