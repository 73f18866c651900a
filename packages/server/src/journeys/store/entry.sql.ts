import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { JourneyState } from './journey.sql.ts';

/** What is kept and planned for the sake of a journey's entry. */
export interface EntryRow {
  id: number;
  workspaceId: number;
  name: string;
  state: JourneyState;
  version: number | null;
  /** The audience that is kept for it, by its id outside. */
  entryAudience: string | null;
  /** Those who belonged when it was published have been let in. */
  entryExisting: boolean;
}

/** Nobody else changes the journey, or what is kept for it, until the transaction ends. */
export async function lockEntry(tx: Tx, journeyId: number): Promise<EntryRow | undefined> {
  const { rows } = await tx.query<EntryRow>(
    `select id, workspace_id as "workspaceId", name, state, live_version as version,
            entry_audience as "entryAudience", entry_existing as "entryExisting"
     from journey where id = $1 for update`,
    [journeyId],
  );
  return rows[0];
}

export async function updateEntry(
  tx: Tx,
  journeyId: number,
  entry: { audience: string | null; existing: boolean; nextAt: Date | null },
  now: Date,
): Promise<void> {
  await tx.query(
    // A moment that has come, and that nobody has seen to yet, is not to be missed.
    `update journey set entry_audience = $2, entry_existing = $3,
            schedule_next_at = case when $4::timestamptz is not null and schedule_next_at <= $5 then schedule_next_at
                                    else $4 end
     where id = $1`,
    [journeyId, entry.audience, entry.existing, entry.nextAt, now],
  );
}

/** A journey whose schedule is due, for this transaction alone. */
export async function lockScheduled(
  tx: Tx,
  now: Date,
): Promise<{ id: number; workspaceId: number; version: number; nextAt: Date } | undefined> {
  const { rows } = await tx.query<{ id: number; workspaceId: number; version: number; nextAt: Date }>({
    name: 'journey.scheduled',
    text: `select id, workspace_id as "workspaceId", live_version as version, schedule_next_at as "nextAt"
           from journey where schedule_next_at <= $1 and state = 'on' order by schedule_next_at limit 1
           for update skip locked`,
    values: [now],
  });
  return rows[0];
}

export async function updateNextAt(tx: Tx, journeyId: number, at: Date | null): Promise<void> {
  await tx.query('update journey set schedule_next_at = $2 where id = $1', [journeyId, at]);
}

/**
 * When entries next have something to do: a schedule, an enrolment that waits, somebody in line who does. What is due
 * already, another process has in hand.
 */
export async function findNextEntry(db: Queryable, now: Date): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>({
    name: 'entry.next',
    text: `select least((select min(schedule_next_at) from journey where schedule_next_at > $1),
                        (select min(e.not_before) from journey_enrolment e join journey j on j.id = e.journey_id
                         where e.state = 'running' and e.not_before > $1 and j.state = 'on'),
                        (select min(not_before) from journey_line where not_before > $1)) as at`,
    values: [now],
  });
  return rows[0]?.at ?? undefined;
}

/** The journeys that are on, and for whose entry one of these audiences is kept. */
export async function listJourneysKeeping(
  db: Queryable,
  workspaceId: number,
  audiences: readonly string[],
): Promise<{ id: number; version: number; audience: string }[]> {
  const { rows } = await db.query<{ id: number; version: number; audience: string }>({
    name: 'journey.by_audience',
    text: `select id, live_version as version, entry_audience as audience from journey
           where workspace_id = $1 and state = 'on' and entry_audience = any($2)`,
    values: [workspaceId, audiences],
  });
  return rows;
}

/** What is kept and planned for a journey's entry, and how many are in line for it. */
export async function findEntryState(
  db: Queryable,
  journeyId: number,
): Promise<{ entryAudience: string | null; nextAt: Date | null; waiting: number }> {
  const { rows } = await db.query<{ entryAudience: string | null; nextAt: Date | null; waiting: number }>(
    `select entry_audience as "entryAudience", schedule_next_at as "nextAt",
            (select count(*)::int from journey_line l where l.journey_id = journey.id and l.what = 'enter') as waiting
     from journey where id = $1`,
    [journeyId],
  );
  return rows[0]!;
}
