import type { EntityKind } from '@tributary/model';
import type { Queryable, Tx } from '../../../platform/database/pool.ts';
import type { DisplayStyle } from '../../types.ts';

/** What a definition is beside its name: as `definitions/activity/create` takes it. */
export interface DefinitionDetails {
  icon_id?: string;
  track_conversion_value?: boolean;
  filterable?: boolean;
  visible_in_feeds?: boolean;
  display_style?: DisplayStyle;
  state?: string;
}

export interface DefinitionAttribute {
  name: string;
  field_id: string;
  display_type: string;
  liquid_name?: string;
}

/** A kind of activity, whole. */
export interface Definition {
  activityId: string;
  name: string;
  builtIn: boolean;
  touch: boolean;
  details: DefinitionDetails;
  attributes: readonly DefinitionAttribute[];
  createdAt: Date;
  editedAt: Date;
}

const definitionColumns = `activity_id as "activityId", name, built_in as "builtIn", touch, details, attributes,
  created_at as "createdAt", edited_at as "editedAt"`;

/** Every kind of activity that can be recorded, of people or of accounts. */
export async function listWholeDefinitions(
  db: Queryable,
  workspaceId: number,
  entity: EntityKind,
): Promise<Definition[]> {
  const { rows } = await db.query<Definition>(
    `select ${definitionColumns} from activity_definition
     where workspace_id = $1 and entity = $2 and archived_at is null order by id`,
    [workspaceId, entity],
  );
  return rows;
}

export async function lockDefinition(tx: Tx, workspaceId: number, activityId: string): Promise<Definition | undefined> {
  const { rows } = await tx.query<Definition>(
    `select ${definitionColumns} from activity_definition
     where workspace_id = $1 and activity_id = $2 and archived_at is null for update`,
    [workspaceId, activityId],
  );
  return rows[0];
}

export async function updateDefinition(
  tx: Tx,
  workspaceId: number,
  activityId: string,
  to: Pick<Definition, 'name' | 'touch' | 'details' | 'attributes' | 'editedAt'>,
): Promise<void> {
  await tx.query(
    `update activity_definition set name = $3, touch = $4, details = $5, attributes = $6, edited_at = $7
     where workspace_id = $1 and activity_id = $2`,
    [workspaceId, activityId, to.name, to.touch, to.details, JSON.stringify(to.attributes), to.editedAt],
  );
}

export async function updateDefinitionToArchived(
  tx: Tx,
  workspaceId: number,
  activityId: string,
  now: Date,
): Promise<void> {
  await tx.query('update activity_definition set archived_at = $3 where workspace_id = $1 and activity_id = $2', [
    workspaceId,
    activityId,
    now,
  ]);
}

export interface TagCount {
  id: number;
  name: string;
  createdAt: Date;
  lastUsedAt: Date;
  /** Whose it is: the tags of people and of accounts have numbers of their own. */
  of: EntityKind;
  /** How many have it, and of them those who get e-mail. */
  count: number;
  subscribers: number;
}

/**
 * Tags whose name contains a text, all for an empty one: those of people, then those of accounts; counted over
 * everybody who is not archived.
 */
export async function listTagCounts(db: Queryable, workspaceId: number, text: string): Promise<TagCount[]> {
  const { rows } = await db.query<TagCount>(
    `with counted as (
       select u.tag, count(*)::int as n, (count(*) filter (where p.fields->'bol::p' = 'true'))::int as subscribers
       from person p cross join lateral unnest(p.tags) as u(tag)
       where p.workspace_id = $1 and p.archived_at is null
       group by u.tag
     ), counted_accounts as (
       select u.tag, count(*)::int as n
       from account a cross join lateral unnest(a.tags) as u(tag)
       where a.workspace_id = $1 and a.archived_at is null
       group by u.tag
     )
     select 'person' as of, t.id, t.name, t.created_at as "createdAt", t.last_used_at as "lastUsedAt",
            coalesce(c.n, 0) as count, coalesce(c.subscribers, 0) as subscribers
     from tag t left join counted c on c.tag = t.id
     where t.workspace_id = $1 and strpos(lower(t.name), lower($2)) > 0
     union all
     select 'account', t.id, t.name, t.created_at, t.last_used_at, coalesce(c.n, 0), 0
     from account_tag t left join counted_accounts c on c.tag = t.id
     where t.workspace_id = $1 and strpos(lower(t.name), lower($2)) > 0
     order by of desc, id`,
    [workspaceId, text],
  );
  return rows;
}
