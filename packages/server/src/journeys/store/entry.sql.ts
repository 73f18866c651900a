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
  entry: { audience: string | null; existing: boolean },
): Promise<void> {
  await tx.query('update journey set entry_audience = $2, entry_existing = $3 where id = $1', [
    journeyId,
    entry.audience,
    entry.existing,
  ]);
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
