import { randomInt } from 'node:crypto';
import { isTriedAgain, type Queryable, send, sendNew, type Tx } from '../../platform/database/pool.ts';
import { textArray } from '../../platform/database/wire.ts';
import type { MoveMade } from '../engine/advance.ts';
import type { RunState } from '../engine/run-state.ts';

const columns = `id, person_id as "personId", journey_id as "journeyId", version,
  entry_activity_id as "entryActivityId", entry_at as "entryAt", entry, shape_id as "shapeId",
  entered_at as "enteredAt", arrived_at as "arrivedAt", due_at as "dueAt", listens, left_at as "leftAt",
  left_reason as "leftReason", goal_at as "goalAt", ended_at as "endedAt", parked_error as "parkedError",
  memory, held_out as "heldOut", held, test`;

const NUMBER_MAX = 2 ** 31 - 1;

/** The first half of the lock that says "somebody counts what this person has had". */
const SHAPE_DONE_LOCK = 7_482_009;

export interface NewRun extends RunState {
  entryKey: string;
}

/** A run's number and what moves change of it, and the lists in which these come. */
const changing = `id, version, shape_id, arrived_at, due_at, listens, left_at, left_reason, goal_at, ended_at, parked_error,
  memory, held_out, held`;
const changesListed = `$1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::timestamptz[],
  $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::jsonb[], $13::boolean[], $14::boolean[]`;

/**
 * Starts runs. One that is there already, for the same activity or inside with
 * the same key, is left out: both are unique in the table. Returns the ids started.
 */
export async function insertRuns(tx: Tx, workspaceId: number, runs: readonly NewRun[]): Promise<Set<string>> {
  const values = [
    ...changesOf(runs),
    workspaceId,
    runs.map((run) => run.journeyId),
    runs.map((run) => run.personId),
    runs.map((run) => run.entryActivityId),
    runs.map((run) => run.entryAt),
    runs.map((run) => run.entryKey),
    runs.map((run) => JSON.stringify(run.entry)),
    runs.map((run) => run.enteredAt),
    runs.map((run) => run.test),
  ];
  // Whoever starts runs has looked whether they are there. To look at each once more makes half as much again of it.
  if (!isTriedAgain(tx)) {
    sendNew(tx, { name: 'run.insert', text: insertion, values });
    return new Set(runs.map((run) => run.id));
  }
  const { rows } = await tx.query<{ id: string }>({
    name: 'run.insert_others',
    text: `${insertion} on conflict do nothing returning id`,
    values,
  });
  return new Set(rows.map((row) => row.id));
}

const insertion = `insert into run (workspace_id, journey_id, person_id, entry_activity_id, entry_at, entry_key, entry, entered_at,
                     test, id, version, shape_id, arrived_at, due_at, listens, left_at, left_reason, goal_at, ended_at,
                     parked_error, memory, held_out, held)
  select $15, journey_id, person_id, entry_activity_id, entry_at, entry_key, entry, entered_at, test, id, version, shape_id,
         arrived_at, due_at, listens::text[], left_at, left_reason, goal_at, ended_at, parked_error, memory, held_out, held
  from unnest(${changesListed}, $16::int[], $17::bigint[], $18::bigint[], $19::timestamptz[], $20::text[], $21::jsonb[],
              $22::timestamptz[], $23::boolean[])
    as r(${changing}, journey_id, person_id, entry_activity_id, entry_at, entry_key, entry, entered_at, test)`;

/** Takes runs that are due, for this transaction alone; others step over them. */
export async function claimDueRuns(
  tx: Tx,
  now: Date,
  limit: number,
  first: 'oldest' | 'youngest',
): Promise<RunState[]> {
  const { rows } = await tx.query<RunState>({
    name: `run.claim.${first}`,
    text: `select ${columns} from run where due_at <= $1
           order by due_at ${first === 'oldest' ? '' : 'desc'} limit $2 for update skip locked`,
    values: [now, limit],
  });
  return rows;
}

/** Takes that one, if it is due and nobody has it in hand. */
export async function claimDueRun(tx: Tx, id: string, now: Date): Promise<RunState[]> {
  const { rows } = await tx.query<RunState>(
    `select ${columns} from run where id = $1 and due_at <= $2 for update skip locked`,
    [id, now],
  );
  return rows;
}

const nextDueRun = { name: 'run.next_due', text: 'select min(due_at) as due from run' };

/** When the next run falls due, or fell due: one that another transaction holds is still there. */
export async function nextDue(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ due: Date | null }>(nextDueRun);
  return rows[0]?.due ?? undefined;
}

/** The same as this transaction leaves it; to be awaited once that has ended. */
export function nextDueAfter(tx: Tx): Promise<{ rows: { due: Date | null }[] }> {
  return send(tx, nextDueRun);
}

export function updateRuns(tx: Tx, runs: readonly RunState[]): void {
  if (runs.length === 0) return;
  send(tx, {
    name: 'run.update',
    text: `update run set version = r.version, shape_id = r.shape_id, arrived_at = r.arrived_at, due_at = r.due_at,
                  listens = r.listens::text[], left_at = r.left_at, left_reason = r.left_reason, goal_at = r.goal_at,
                  ended_at = r.ended_at, parked_error = r.parked_error, memory = r.memory, held_out = r.held_out,
                  held = r.held
           from unnest(${changesListed}) as r(${changing}) where run.id = r.id`,
    values: changesOf(runs),
  });
}

function changesOf(runs: readonly RunState[]): unknown[] {
  return [
    runs.map((run) => run.id),
    runs.map((run) => run.version),
    runs.map((run) => run.shapeId),
    runs.map((run) => run.arrivedAt),
    runs.map((run) => run.dueAt),
    runs.map((run) => textArray(run.listens)),
    runs.map((run) => run.leftAt),
    runs.map((run) => run.leftReason),
    runs.map((run) => run.goalAt),
    runs.map((run) => run.endedAt),
    runs.map((run) => run.parkedError),
    runs.map((run) => JSON.stringify(run.memory)),
    runs.map((run) => run.heldOut),
    runs.map((run) => run.held),
  ];
}

/**
 * Holds every open run of these people, waiting for the engine where it has one
 * in hand: only then can the next statement see what that run now listens to. A
 * condition on `listens` here would be judged on the row as it was, and miss it.
 */
export async function lockOpenRuns(tx: Tx, personIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'run.lock_open',
    text: 'select id from run where person_id = any($1::bigint[]) and ended_at is null order by id for update',
    values: [personIds],
  });
  return rows.map((row) => row.id);
}

/** Makes due at once, of these runs, those that listen to what happened to their person: an activity, or a field that changed. Returns how many. */
export async function wakeRuns(
  tx: Tx,
  runIds: readonly string[],
  happened: readonly { personId: string; what: string }[],
  now: Date,
): Promise<number> {
  if (runIds.length === 0) return 0;
  const { rowCount } = await tx.query({
    name: 'run.wake',
    text: `update run set due_at = least(due_at, $4)
           from (select distinct person_id, what from unnest($2::bigint[], $3::text[]) as u(person_id, what)) h
           where run.id = any($1::bigint[]) and run.person_id = h.person_id and h.what = any(run.listens)
             and run.parked_error is null`,
    values: [runIds, happened.map((h) => h.personId), happened.map((h) => h.what), now],
  });
  return rowCount ?? 0;
}

/** Nobody else moves runs of these people, of those journeys that ask how often, until the transaction ends. */
export async function lockDone(tx: Tx, personIds: readonly string[]): Promise<void> {
  await tx.query({
    name: 'shape.done.lock',
    text: `select pg_advisory_xact_lock(${SHAPE_DONE_LOCK}, hashint8(id)) from unnest($1::bigint[]) id order by hashint8(id)`,
    values: [personIds],
  });
}

/** What was done at one moment is told apart, and kept in order, by a number that this process counts up. */
let lastNumber = randomInt(NUMBER_MAX);

export function insertMoves(tx: Tx, moves: readonly MoveMade[], at: Date): void {
  if (moves.length === 0) return;
  if (lastNumber + moves.length > NUMBER_MAX) lastNumber = 0;
  send(tx, {
    name: 'move.insert',
    text: `insert into move (run_id, at, number, shape_id, did, exit_rule)
           select run_id, $1, number, shape_id, did, exit_rule
           from unnest($2::bigint[], $3::int[], $4::text[], $5::text[], $6::smallint[])
             as m(run_id, number, shape_id, did, exit_rule)`,
    values: [
      at,
      moves.map((move) => move.runId),
      moves.map(() => ++lastNumber),
      moves.map((move) => move.shapeId),
      moves.map((move) => move.did),
      moves.map((move) => move.exitRule ?? null),
    ],
  });
}
