import type { Tx } from '../../platform/database/pool.ts';

interface Pair {
  mergeId: string;
  survivor: string;
  absorbed: string;
}

export interface EndedRun {
  id: string;
  enteredAt: Date;
  journeyId: number;
  version: number;
  shapeId: string | null;
}

/**
 * Ends, of two runs of these people that are inside one journey with one key,
 * the one with fewer moves behind it, or the younger. Returns those ended.
 */
export async function endRivals(tx: Tx, of: Pair, reason: string, now: Date): Promise<EndedRun[]> {
  const people = [of.absorbed, of.survivor];
  // The engine may have one in hand: only once we have it too can it be told which went further.
  await tx.query('select from run where person_id = any($1::bigint[]) and ended_at is null order by id for update', [
    people,
  ]);
  const { rows } = await tx.query<EndedRun>(
    `with inside as (
       select r.id, row_number() over (
         partition by r.journey_id, r.entry_key
         order by (select count(*) from move m where m.run_id = r.id) desc, r.entered_at, r.id) as place
       from run r where r.person_id = any($1::bigint[]) and r.left_at is null
     )
     update run set left_at = $2, left_reason = $3, ended_at = $2, due_at = null, listens = '{}'
     from inside where inside.id = run.id and inside.place > 1
     returning run.id, run.entered_at as "enteredAt", run.journey_id as "journeyId", run.version, run.shape_id as "shapeId"`,
    [people, now, reason],
  );
  return rows;
}

/**
 * What may start a run of each of two people, such as an enrolment, and has started one of both: the one of `from` takes
 * its own number instead, below nought and so no other's.
 */
async function renumber(tx: Tx, { from, to }: { from: string; to: string }): Promise<void> {
  await tx.query(
    `update run r set entry_activity_id = -r.id from run other
     where r.person_id = $1 and other.person_id = $2 and other.journey_id = r.journey_id
       and other.entry_activity_id = r.entry_activity_id`,
    [from, to],
  );
}

/** The absorbed's runs become the survivor's, and those that wait for something look at once whether it has happened. */
export async function moveRuns(tx: Tx, of: Pair, now: Date): Promise<void> {
  await renumber(tx, { from: of.absorbed, to: of.survivor });
  await tx.query(
    `with moved as (update run set person_id = $2 where person_id = $1 returning id)
     insert into run_united (merge_id, run_id)
     select $3, id from moved where exists (select from person_merge_snapshot where merge_id = $3)
     on conflict do nothing`,
    [of.absorbed, of.survivor, of.mergeId],
  );
  await wakeAll(tx, [of.survivor], now);
}

/** Gives back the runs that came with a merge. One whose person has begun it anew since has ended: returns those. */
export async function returnRuns(tx: Tx, of: Pair, now: Date): Promise<{ id: string; enteredAt: Date }[]> {
  await renumber(tx, { from: of.survivor, to: of.absorbed });
  const { rows: ended } = await tx.query<{ id: string; enteredAt: Date }>(
    `update run r set left_at = $2, left_reason = 'begun anew', ended_at = $2, due_at = null, listens = '{}'
     from run_united u, run newer
     where u.merge_id = $3 and u.run_id = r.id and r.left_at is null
       and newer.person_id = $1 and newer.journey_id = r.journey_id and newer.entry_key = r.entry_key
       and newer.left_at is null
     returning r.id, r.entered_at as "enteredAt"`,
    [of.absorbed, now, of.mergeId],
  );
  await tx.query(
    `update run r set person_id = $1 from run_united u
     where u.merge_id = $3 and u.run_id = r.id and r.person_id = $2`,
    [of.absorbed, of.survivor, of.mergeId],
  );
  await tx.query('delete from run_united where merge_id = $1', [of.mergeId]);
  await wakeAll(tx, [of.absorbed, of.survivor], now);
  return ended;
}

async function wakeAll(tx: Tx, people: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `update run set due_at = least(due_at, $2)
     where person_id = any($1::bigint[]) and ended_at is null and listens <> '{}' and parked_error is null`,
    [people, now],
  );
}

/**
 * What the absorbed has had is had by the survivor, and the way they were sent is theirs, unless the survivor was sent
 * another. Kept as well where it was: told apart again, each has had it. How many were sent each way stays.
 */
export async function copyHad(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `insert into shape_done as d (workspace_id, journey_id, shape_id, person_id, done_at)
     select workspace_id, journey_id, shape_id, $2::bigint, done_at from shape_done where person_id = $1
     on conflict (person_id, journey_id, shape_id) do update set done_at = greatest(d.done_at, excluded.done_at)`,
    [of.absorbed, of.survivor],
  );
  await tx.query(
    `insert into split_choice (workspace_id, journey_id, shape_id, person_id, branch)
     select workspace_id, journey_id, shape_id, $2::bigint, branch from split_choice where person_id = $1
     on conflict do nothing`,
    [of.absorbed, of.survivor],
  );
}
