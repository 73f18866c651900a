import type { JourneyDefinition } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import { triggerOf } from '../entry/trigger.ts';

/**
 * `draft`: never published. `on`: people enter and move. `paused`: nobody enters and nobody moves, but by leaving.
 * `draining`: nobody enters, who is inside goes on. `archived`: put away, and empty.
 */
export type JourneyState = 'draft' | 'on' | 'paused' | 'draining' | 'archived';

export interface JourneyRow {
  id: number;
  workspaceId: number;
  name: string;
  state: JourneyState;
  /** The live version; null where none was published. */
  version: number | null;
  entryActivity: string | null;
  createdAt: Date;
}

/** A journey that people can enter. */
export type LiveJourney = JourneyRow & { version: number };

const columns = `id, workspace_id as "workspaceId", name, state, live_version as version,
  entry_activity as "entryActivity", created_at as "createdAt"`;

export async function listJourneys(db: Queryable, workspaceId: number): Promise<JourneyRow[]> {
  const { rows } = await db.query<JourneyRow>(`select ${columns} from journey where workspace_id = $1 order by name`, [
    workspaceId,
  ]);
  return rows;
}

/** Journeys by number and by name. */
export async function findJourneys(
  db: Queryable,
  workspaceId: number,
  { ids = [], names = [] }: { ids?: readonly number[]; names?: readonly string[] },
): Promise<JourneyRow[]> {
  const { rows } = await db.query<JourneyRow>({
    name: 'journey.find',
    text: `select ${columns} from journey where workspace_id = $1 and (id = any($2::int[]) or name = any($3::text[]))`,
    values: [workspaceId, ids, names],
  });
  return rows;
}

/** The journeys that are on and start with one of these activities. */
export async function listJourneysEnteredBy(
  db: Queryable,
  workspaceId: number,
  activityIds: readonly string[],
): Promise<LiveJourney[]> {
  const { rows } = await db.query<LiveJourney>({
    name: 'journey.by_entry',
    text: `select ${columns} from journey where workspace_id = $1 and state = 'on' and entry_activity = any($2)`,
    values: [workspaceId, activityIds],
  });
  return rows;
}

/** Puts a journey on with a new live version, or leaves one that was published before in its state. Returns it as it now is. */
export async function upsertJourney(
  tx: Tx,
  workspaceId: number,
  journey: JourneyDefinition,
  /** The definition as it was given. */
  given: unknown,
  { by, keepState, now }: { by: string; keepState: boolean; now: Date },
): Promise<JourneyRow> {
  const { rows } = await tx.query<JourneyRow>(
    `insert into journey (workspace_id, name, state, live_version, entry_activity, created_at, edited_at)
     values ($1, $2, 'on', 1, $3, $4, $4)
     on conflict (workspace_id, name) do update
       set state = case when $5 and journey.state in ('paused', 'draining') then journey.state else 'on' end,
           paused_from = case when $5 then journey.paused_from end, entry_activity = $3, edited_at = $4,
           live_version = (select coalesce(max(v.version), 0) + 1 from journey_version v
                           where v.journey_id = journey.id and not v.test)
     returning ${columns}`,
    [workspaceId, journey.name, triggerOf(journey.entry)?.activity ?? null, now, keepState],
  );
  const row = rows[0]!;
  await tx.query(
    `insert into journey_version (journey_id, version, definition, published_at, published_by)
     values ($1, $2, $3, $4, $5)`,
    [row.id, row.version, JSON.stringify(given), now, by],
  );
  return row;
}

/** A journey that has nothing but its name; one that is there is returned as it is. */
export async function insertNamed(tx: Tx, workspaceId: number, name: string, now: Date): Promise<JourneyRow> {
  const { rows } = await tx.query<JourneyRow>(
    `insert into journey (workspace_id, name, state, created_at, edited_at) values ($1, $2, 'draft', $3, $3)
     on conflict (workspace_id, name) do update set name = excluded.name returning ${columns}`,
    [workspaceId, name, now],
  );
  return rows[0]!;
}

export interface VersionRow {
  journeyId: number;
  version: number;
  /** As it was given, under the name that the journey has now: what may be left out may be missing. */
  definition: unknown;
  name: string;
  createdAt: Date;
  workspaceId: number;
}

/** Every version there has been of a workspace's journeys: people go on in the one they started in. */
export async function listVersions(
  db: Queryable,
  workspaceId: number,
): Promise<{ journeyId: number; version: number }[]> {
  const { rows } = await db.query<{ journeyId: number; version: number }>({
    name: 'journey.versions',
    text: `select v.journey_id as "journeyId", v.version from journey j join journey_version v on v.journey_id = j.id
           where j.workspace_id = $1`,
    values: [workspaceId],
  });
  return rows;
}

export async function findVersion(db: Queryable, journeyId: number, version: number): Promise<VersionRow | undefined> {
  const { rows } = await db.query<VersionRow>(
    `select v.journey_id as "journeyId", v.version, v.definition || jsonb_build_object('name', j.name) as definition,
            j.name, j.created_at as "createdAt",
            j.workspace_id as "workspaceId"
     from journey_version v join journey j on j.id = v.journey_id where v.journey_id = $1 and v.version = $2`,
    [journeyId, version],
  );
  return rows[0];
}
