import type { Fields, Filter } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

export type EnrolmentState = 'running' | 'done' | 'cancelled' | 'failed';

/** Who is put in: one of these, or an audience and a filter at once. */
export interface EnrolmentWho {
  audience?: string | undefined;
  filter?: Filter | undefined;
  people?: readonly string[] | undefined;
}

/** Many people who are put into a journey, and how far that is. */
export interface Enrolment {
  id: string;
  journeyId: number;
  askedBy: string;
  audience: string | null;
  /** Kept while it runs: what it asks may be personal. */
  filter: Filter | null;
  /** Whether it has, or had, one. */
  filtered: boolean;
  /** Where it is of people by their ids: how many. */
  listed: number | null;
  occursAt: Date | null;
  missed: number;
  state: EnrolmentState;
  error: string | null;
  seen: number;
  total: number;
  entered: number;
  createdAt: Date;
  finishedAt: Date | null;
}

const shown = `id, journey_id as "journeyId", asked_by as "askedBy", audience, filter,
  filtered or filter is not null as filtered, cardinality(people) as listed, occurs_at as "occursAt", missed, state, error,
  seen::float8 as seen, total::float8 as total, entered::float8 as entered, created_at as "createdAt", finished_at as "finishedAt"`;

/** Those listed, in the order in which they are kept. */
const inOrder = '(select array_agg(distinct id order by id) from unnest($6::bigint[]) id)';

/** What was asked, $3 to $6, in so few letters that it can be kept when the rest is not. */
const askedSha = `encode(sha256(convert_to(
  jsonb_build_array($3::text, $4::jsonb, $5::jsonb, ${inOrder})::text, 'UTF8')), 'hex')`;

/** What of one that is over is kept no longer. */
const forgotten = `filtered = filter is not null, filter = null, entry = '{}'`;

/** Writes it down; undefined where there is one of that moment, or of that key. */
export async function insertEnrolment(
  tx: Tx,
  of: { workspaceId: number; journeyId: number; askedBy: string; total: number; entry?: Fields } & EnrolmentWho & {
      occursAt?: Date;
      missed?: number;
      key?: string | undefined;
    },
  now: Date,
): Promise<Enrolment | undefined> {
  const { rows } = await tx.query<Enrolment>(
    `insert into journey_enrolment (workspace_id, journey_id, audience, filter, entry, people, asked_by, occurs_at,
                                    missed, idempotency_key, asked_sha, total, created_at, worked_at, not_before)
     values ($1, $2, $3, $4, $5, ${inOrder}, $7, $8, $9, $10,
             case when $10::text is not null then ${askedSha} end, $11, $12, $12, $12)
     on conflict do nothing returning ${shown}`,
    [
      of.workspaceId,
      of.journeyId,
      of.audience ?? null,
      of.filter ?? null,
      of.entry ?? {},
      of.people ?? null,
      of.askedBy,
      of.occursAt ?? null,
      of.missed ?? 0,
      of.key ?? null,
      of.total,
      now,
    ],
  );
  return rows[0];
}

/** The enrolment that a key was used for, and whether it is of the same people and for the same. */
export async function findEnrolmentByKey(
  db: Queryable,
  journeyId: number,
  key: string,
  asked: { entry: Fields } & EnrolmentWho,
): Promise<{ enrolment: Enrolment; same: boolean } | undefined> {
  const { rows } = await db.query<Enrolment & { same: boolean }>(
    `select ${shown}, asked_sha is not distinct from ${askedSha} as same
     from journey_enrolment where journey_id = $1 and idempotency_key = $2`,
    [journeyId, key, asked.audience ?? null, asked.filter ?? null, asked.entry, asked.people ?? null],
  );
  if (!rows[0]) return undefined;
  const { same, ...enrolment } = rows[0];
  return { enrolment, same };
}

export async function findEnrolment(db: Queryable, journeyId: number, id: string): Promise<Enrolment | undefined> {
  const { rows } = await db.query<Enrolment>(
    `select ${shown} from journey_enrolment where journey_id = $1 and id = $2`,
    [journeyId, id],
  );
  return rows[0];
}

/** Newest first. */
export async function listEnrolments(db: Queryable, journeyId: number, limit: number): Promise<Enrolment[]> {
  const { rows } = await db.query<Enrolment>(
    `select ${shown} from journey_enrolment where journey_id = $1 order by id desc limit $2`,
    [journeyId, limit],
  );
  return rows;
}

/** Ends one that runs, after the page in hand; false where it does not run. */
export async function cancelEnrolment(db: Queryable, journeyId: number, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update journey_enrolment set state = 'cancelled', finished_at = $3, ${forgotten}
     where journey_id = $1 and id = $2 and state = 'running'`,
    [journeyId, id, now],
  );
  return rowCount === 1;
}

/** One that somebody has in hand. */
export interface Running {
  id: string;
  workspaceId: number;
  journeyId: number;
  version: number;
  audience: string | null;
  filter: Filter | null;
  listed: boolean;
  /** The moment for which it was called. */
  occursAt: Date | null;
  entry: Fields;
  after: string;
  attempts: number;
}

/** One that runs, of a journey that is on, and that nobody has in hand; the one that has waited longest. */
export async function lockRunning(tx: Tx, now: Date): Promise<Running | undefined> {
  const { rows } = await tx.query<Running>({
    name: 'enrolment.lock',
    text: `select e.id, e.workspace_id as "workspaceId", e.journey_id as "journeyId", j.live_version as version,
                  e.audience, e.filter, e.people is not null as listed, e.occurs_at as "occursAt", e.entry, e.after, e.attempts
           from journey_enrolment e join journey j on j.id = e.journey_id and j.state = 'on'
           where e.state = 'running' and e.not_before <= $1
           order by e.worked_at, e.id limit 1 for update of e skip locked`,
    values: [now],
  });
  return rows[0];
}

/** The next of those it lists. */
export async function listListed(tx: Tx, id: string, after: string, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'enrolment.listed',
    text: `select p.id from journey_enrolment e, unnest(e.people) p(id)
           where e.id = $1 and p.id > $2::bigint order by p.id limit $3`,
    values: [id, after, limit],
  });
  return rows.map((row) => row.id);
}

/** How far it has come, with those who entered. */
export async function updateProgress(
  tx: Tx,
  id: string,
  page: { after: string | undefined; seen: number; entered: number; done: boolean },
  now: Date,
): Promise<void> {
  await tx.query({
    name: 'enrolment.progress',
    text: `update journey_enrolment set after = coalesce($2, after), seen = seen + $3, entered = entered + $4,
                  total = greatest(total, seen + $3), state = case when $5 then 'done' else state end,
                  filtered = $5 and filter is not null, filter = case when $5 then null else filter end,
                   entry = case when $5 then '{}' else entry end,
                  finished_at = case when $5 then $6::timestamptz end, worked_at = $6, attempts = 0, error = null
           where id = $1`,
    values: [id, page.after ?? null, page.seen, page.entered, page.done, now],
  });
}

/** It is looked at again at that moment, and says why. */
export async function postponeEnrolment(db: Queryable, id: string, until: Date, error: string | null): Promise<void> {
  await db.query(
    `update journey_enrolment set not_before = $2, worked_at = greatest(worked_at, $2), attempts = attempts + 1,
            error = coalesce($3, error)
     where id = $1 and state = 'running'`,
    [id, until, error],
  );
}

export async function failEnrolment(tx: Tx, id: string, error: string, now: Date): Promise<void> {
  await tx.query(
    `update journey_enrolment set state = 'failed', error = $2, finished_at = $3, ${forgotten} where id = $1`,
    [id, error, now],
  );
}
