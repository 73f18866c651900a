import type { Filter } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { AudienceRow } from '../definition.ts';

const columns = `id, workspace_id as "workspaceId", name, filter, exit_filter as "exitFilter",
  public_name as "publicName", public_description as "publicDescription", is_public as "isPublic",
  sms_is_public as "smsIsPublic", building, build_done::float8 as "buildDone", build_total::float8 as "buildTotal",
  ready, quiet, hidden, members::float8 as members, created_at as "createdAt", edited_at as "editedAt",
  last_built_at as "lastBuiltAt", archived_at as "archivedAt"`;

/** How often this workspace's audiences have been changed; undefined where it has none yet. */
export async function findVersion(db: Queryable, workspaceId: number): Promise<string | undefined> {
  const { rows } = await db.query<{ version: string }>({
    name: 'audience.version',
    text: 'select version from audience_set where workspace_id = $1',
    values: [workspaceId],
  });
  return rows[0]?.version;
}

/** The same, and nobody else writes audiences or memberships until the transaction ends. */
export async function lockVersion(tx: Tx, workspaceId: number): Promise<string | undefined> {
  const { rows } = await tx.query<{ version: string }>({
    name: 'audience.lock',
    text: 'select version from audience_set where workspace_id = $1 for update',
    values: [workspaceId],
  });
  return rows[0]?.version;
}

/** To be called by whoever holds the lock and changes an audience. */
export async function updateVersion(tx: Tx, workspaceId: number): Promise<void> {
  await tx.query('update audience_set set version = version + 1 where workspace_id = $1', [workspaceId]);
}

/** Makes the workspace's place for audiences; false when it has one. */
export async function insertSet(tx: Tx, workspaceId: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into audience_set (workspace_id, version) values ($1, 1) on conflict do nothing',
    [workspaceId],
  );
  return rowCount === 1;
}

/** Those that are not archived, hidden ones among them. */
export async function listAudiences(db: Queryable, workspaceId: number): Promise<AudienceRow[]> {
  const { rows } = await db.query<AudienceRow>(
    `select ${columns} from audience where workspace_id = $1 and archived_at is null order by id`,
    [workspaceId],
  );
  return rows;
}

export async function findAudiences(
  db: Queryable,
  workspaceId: number,
  o: { ids?: readonly number[]; archived?: boolean; search?: string; hidden?: boolean; limit: number; offset: number },
): Promise<AudienceRow[]> {
  const { rows } = await db.query<AudienceRow>(
    `select ${columns} from audience
     where workspace_id = $1 and hidden = $7 and ($2::int[] is null or id = any($2))
       and ($3::boolean is null or (archived_at is not null) = $3)
       and ($4::text is null or strpos(lower(name), lower($4)) > 0)
     order by id limit $5 offset $6`,
    [workspaceId, o.ids ?? null, o.archived ?? null, o.search ?? null, o.limit, o.offset, o.hidden ?? false],
  );
  return rows;
}

export interface NewAudience {
  name: string;
  filter: Filter;
  exitFilter: Filter | null;
  publicName: string;
  publicDescription: string;
  isPublic: boolean;
  smsIsPublic: boolean;
}

export async function insertAudience(
  tx: Tx,
  workspaceId: number,
  audience: NewAudience & { quiet: boolean; hidden: boolean },
  now: Date,
): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(
    `insert into audience (workspace_id, name, filter, exit_filter, public_name, public_description, is_public,
                           sms_is_public, quiet, hidden, build_total, created_at, edited_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, (select count(*) from person where workspace_id = $1), $10, $10)
     returning id`,
    [
      workspaceId,
      audience.name,
      audience.filter,
      audience.exitFilter,
      audience.publicName,
      audience.publicDescription,
      audience.isPublic,
      audience.smsIsPublic,
      audience.quiet,
      now,
      audience.hidden,
    ],
  );
  return rows[0]!.id;
}

/** Writes what is given of it, and builds it anew when asked to. */
export async function updateAudience(
  tx: Tx,
  id: number,
  change: NewAudience & { archivedAt: Date | null; rebuild: boolean },
  now: Date,
): Promise<void> {
  await tx.query(
    `update audience set name = $2, filter = $3, exit_filter = $4, public_name = $5, public_description = $6,
            is_public = $7, sms_is_public = $8, archived_at = $9, edited_at = $11,
            building = building or $10,
            build_after = case when $10 then 0 else build_after end,
            build_done = case when $10 then 0 else build_done end,
            build_total = case when $10 then (select count(*) from person where workspace_id = audience.workspace_id)
                               else build_total end
     where id = $1`,
    [
      id,
      change.name,
      change.filter,
      change.exitFilter,
      change.publicName,
      change.publicDescription,
      change.isPublic,
      change.smsIsPublic,
      change.archivedAt,
      change.rebuild,
      now,
    ],
  );
}

/** The audience and all that is known of it. */
export async function deleteAudience(tx: Tx, id: number): Promise<void> {
  await tx.query(
    `with member as (delete from audience_member where audience_id = $1),
          due as (delete from audience_check where audience_id = $1),
          said as (delete from audience_subscriber where audience_id = $1)
     delete from audience where id = $1`,
    [id],
  );
}
