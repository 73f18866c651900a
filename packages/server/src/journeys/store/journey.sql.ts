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

/** Puts a journey on with a new live version. Returns it as it now is. */
export async function upsertJourney(
  tx: Tx,
  workspaceId: number,
  journey: JourneyDefinition,
  /** The definition as it was given. */
  given: unknown,
  now: Date,
): Promise<JourneyRow> {
  const { rows } = await tx.query<JourneyRow>(
    `insert into journey (workspace_id, name, state, live_version, entry_activity, created_at, edited_at)
     values ($1, $2, 'on', 1, $3, $4, $4)
     on conflict (workspace_id, name) do update
       set state = 'on', entry_activity = $3, edited_at = $4,
             live_version = (select coalesce(max(v.version), 0) + 1 from journey_version v where v.journey_id = journey.id)
     returning ${columns}`,
    [workspaceId, journey.name, triggerOf(journey.entry)?.activity ?? null, now],
  );
  const row = rows[0]!;
  await tx.query(
    'insert into journey_version (journey_id, version, definition, published_at) values ($1, $2, $3, $4)',
    [row.id, row.version, JSON.stringify(given), now],
  );
  return row;
}

/** Turns a journey on or off; undefined when there is none of that name. Who is inside goes on. */
export async function updateJourneyState(
  db: Queryable,
  workspaceId: number,
  name: string,
  state: JourneyState,
  now: Date,
): Promise<JourneyRow | undefined> {
  const { rows } = await db.query<JourneyRow>(
    `update journey set state = $3, edited_at = $4 where workspace_id = $1 and name = $2 returning ${columns}`,
    [workspaceId, name, state, now],
  );
  return rows[0];
}

export interface VersionRow {
  journeyId: number;
  version: number;
  /** As it was given: what may be left out may be missing. */
  definition: unknown;
  name: string;
  createdAt: Date;
  workspaceId: number;
}

/** Those of these journeys that are paused. */
export async function listPaused(db: Queryable, ids: readonly number[]): Promise<Set<number>> {
  const { rows } = await db.query<{ id: number }>({
    name: 'journey.paused',
    text: `select id from journey where id = any($1::int[]) and state = 'paused'`,
    values: [ids],
  });
  return new Set(rows.map(({ id }) => id));
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
    `select v.journey_id as "journeyId", v.version, v.definition, j.name, j.created_at as "createdAt",
            j.workspace_id as "workspaceId"
     from journey_version v join journey j on j.id = v.journey_id where v.journey_id = $1 and v.version = $2`,
    [journeyId, version],
  );
  return rows[0];
}
