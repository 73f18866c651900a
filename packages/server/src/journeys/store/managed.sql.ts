import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { JourneyRow, JourneyState } from './journey.sql.ts';

/** A journey as whoever manages it sees it, without its definitions. */
export interface ManagedJourney extends JourneyRow {
  editedAt: Date;
  /** Something is being worked on beside the live version. */
  hasDraft: boolean;
  /** Grows with everything that is done to the draft. */
  draftEdit: number;
  /** The live version when the draft was begun. */
  draftFrom: number | null;
  draftEditedAt: Date | null;
  draftEditedBy: string | null;
  /** Of a paused journey: what it goes on as. */
  pausedFrom: 'on' | 'draining' | null;
}

const columns = `id, workspace_id as "workspaceId", name, state, live_version as version,
  entry_activity as "entryActivity", created_at as "createdAt", edited_at as "editedAt",
  draft is not null as "hasDraft", draft_edit as "draftEdit", draft_from as "draftFrom",
  draft_edited_at as "draftEditedAt", draft_edited_by as "draftEditedBy", paused_from as "pausedFrom"`;

export async function findManagedById(
  db: Queryable,
  workspaceId: number,
  id: number,
): Promise<ManagedJourney | undefined> {
  const { rows } = await db.query<ManagedJourney>(
    `select ${columns} from journey where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  );
  return rows[0];
}

export async function findManagedByName(
  db: Queryable,
  workspaceId: number,
  name: string,
): Promise<ManagedJourney | undefined> {
  const { rows } = await db.query<ManagedJourney>(
    `select ${columns} from journey where workspace_id = $1 and name = $2`,
    [workspaceId, name],
  );
  return rows[0];
}

/** The same, as it is now, and nobody else changes it. Rows of other tables may go on to refer to it. */
export async function lockManaged(tx: Tx, id: number): Promise<ManagedJourney> {
  const { rows } = await tx.query<ManagedJourney>(`select ${columns} from journey where id = $1 for no key update`, [
    id,
  ]);
  return rows[0]!;
}

export interface ManagedAsked {
  state?: JourneyState | undefined;
  search?: string | undefined;
  limit: number;
  offset: number;
}

export async function listManaged(db: Queryable, workspaceId: number, o: ManagedAsked): Promise<ManagedJourney[]> {
  const { rows } = await db.query<ManagedJourney>(
    `select ${columns} from journey
     where workspace_id = $1 and ($2::text is null or state = $2)
       and ($3::text is null or strpos(lower(name), lower($3)) > 0)
     order by name, id limit $4 offset $5`,
    [workspaceId, o.state ?? null, o.search ?? null, o.limit, o.offset],
  );
  return rows;
}

/** A journey that was never published. Undefined where its name is taken. */
export async function insertJourney(
  tx: Tx,
  workspaceId: number,
  o: { name: string; draft: unknown; by: string; now: Date },
): Promise<ManagedJourney | undefined> {
  const { rows } = await tx.query<ManagedJourney>(
    `insert into journey (workspace_id, name, state, created_at, edited_at, draft, draft_edit, draft_edited_at, draft_edited_by)
     values ($1, $2, 'draft', $4, $4, $3, 1, $4, $5) on conflict (workspace_id, name) do nothing returning ${columns}`,
    [workspaceId, o.name, JSON.stringify(o.draft), o.now, o.by],
  );
  return rows[0];
}

export async function updateState(
  tx: Tx,
  id: number,
  o: { state: JourneyState; pausedFrom: 'on' | 'draining' | null; now: Date },
): Promise<void> {
  await tx.query('update journey set state = $2, paused_from = $3, edited_at = $4 where id = $1', [
    id,
    o.state,
    o.pausedFrom,
    o.now,
  ]);
}

/** Gives a journey another name; false where that is taken. */
export async function updateName(tx: Tx, id: number, name: string, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update journey set name = $2, edited_at = $3 where id = $1
       and not exists (select from journey other where other.workspace_id = journey.workspace_id and other.name = $2 and other.id <> $1)`,
    [id, name, now],
  );
  return rowCount === 1;
}

export async function findDraft(db: Queryable, id: number): Promise<unknown> {
  const { rows } = await db.query<{ draft: unknown }>(
    `select draft || jsonb_build_object('name', name) as draft from journey where id = $1`,
    [id],
  );
  return rows[0]?.draft ?? undefined;
}

/** Writes the draft down, or takes it away; whoever read it before has not seen this. */
export async function updateDraft(
  tx: Tx,
  id: number,
  o: { draft: unknown; from: number | null; by: string; now: Date },
): Promise<void> {
  await tx.query(
    `update journey set draft = $2, draft_from = $3, draft_edit = draft_edit + 1, draft_edited_at = $4,
            draft_edited_by = $5, edited_at = $4
     where id = $1`,
    [id, o.draft === undefined ? null : JSON.stringify(o.draft), o.from, o.now, o.by],
  );
}

/** The live versions and drafts of a workspace's journeys, but for those put away. */
export async function listDefinitions(
  db: Queryable,
  workspaceId: number,
): Promise<{ id: number; name: string; createdAt: Date; definition: unknown }[]> {
  const { rows } = await db.query<{ id: number; name: string; createdAt: Date; definition: unknown }>(
    `select j.id, j.name, j.created_at as "createdAt", d.definition
     from journey j cross join lateral (
       select v.definition from journey_version v where v.journey_id = j.id and v.version = j.live_version
       union all select j.draft where j.draft is not null
     ) d
     where j.workspace_id = $1 and j.state <> 'archived' order by j.name`,
    [workspaceId],
  );
  return rows;
}

/** The live versions of a workspace's journeys that people can enter, or can again without their being published anew. */
export async function listLiveDefinitions(
  db: Queryable,
  workspaceId: number,
): Promise<{ id: number; name: string; createdAt: Date; definition: unknown }[]> {
  const { rows } = await db.query<{ id: number; name: string; createdAt: Date; definition: unknown }>(
    `select j.id, j.name, j.created_at as "createdAt", v.definition || jsonb_build_object('name', j.name) as definition
     from journey j join journey_version v on v.journey_id = j.id and v.version = j.live_version
     where j.workspace_id = $1 and j.state in ('on', 'paused', 'draining') order by j.id`,
    [workspaceId],
  );
  return rows;
}

export interface PublishedVersion {
  version: number;
  publishedAt: Date;
  publishedBy: string | null;
}

/** Newest first. Those made for tries are none. */
export async function listPublished(db: Queryable, journeyId: number): Promise<PublishedVersion[]> {
  const { rows } = await db.query<PublishedVersion>(
    `select version, published_at as "publishedAt", published_by as "publishedBy" from journey_version
     where journey_id = $1 and not test order by version desc`,
    [journeyId],
  );
  return rows;
}

/**
 * A version to be tried, which is never live: one that is there already, where it says the same. Their numbers are below
 * zero, so that what is published is numbered without a gap. The journey is locked.
 */
export async function ensureTestVersion(
  tx: Tx,
  journeyId: number,
  o: { definition: unknown; by: string; now: Date },
): Promise<number> {
  const definition = JSON.stringify(o.definition);
  const { rows } = await tx.query<{ version: number }>(
    'select version from journey_version where journey_id = $1 and test and definition = $2::jsonb limit 1',
    [journeyId, definition],
  );
  if (rows[0]) return rows[0].version;
  const made = await tx.query<{ version: number }>(
    `insert into journey_version (journey_id, version, definition, published_at, published_by, test)
     select $1, least(coalesce(min(version), 0), 0) - 1, $2::jsonb, $3, $4, true from journey_version where journey_id = $1
     returning version`,
    [journeyId, definition, o.now, o.by],
  );
  return made.rows[0]!.version;
}
