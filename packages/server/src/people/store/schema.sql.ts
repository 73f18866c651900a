import type { EntityKind } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import type { DisplayStyle } from '../types.ts';
import type { CustomField } from './field.sql.ts';

export interface FieldRow extends CustomField {
  isKey: boolean;
}

export async function listFields(db: Queryable, workspaceId: number, entity: EntityKind): Promise<FieldRow[]> {
  const { rows } = await db.query<FieldRow>(
    `select id, name, display_type as "displayType", is_key as "isKey", choices,
            track_changes as "trackChanges"
     from field where workspace_id = $1 and entity = $2 order by created_at, id`,
    [workspaceId, entity],
  );
  return rows;
}

/** Adds a custom field; false when one with that id is there already. */
export async function insertField(
  db: Queryable,
  workspaceId: number,
  field: {
    id: string;
    name: string;
    displayType: string;
    choices?: string[] | undefined;
    trackChanges?: boolean | undefined;
    entity: EntityKind;
  },
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into field (workspace_id, id, name, display_type, choices, track_changes, created_at, entity)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      workspaceId,
      field.id,
      field.name,
      field.displayType,
      field.choices ? JSON.stringify(field.choices) : null,
      field.trackChanges ?? false,
      now,
      field.entity,
    ],
  );
  return rowCount === 1;
}

/** Makes a custom field one that people are found by, whose keys are to be looked over. False when it was one already. */
export async function updateFieldToKey(tx: Tx, workspaceId: number, fieldId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update field set is_key = true, key_settles_at = 'infinity' where workspace_id = $1 and id = $2 and not is_key`,
    [workspaceId, fieldId],
  );
  return rowCount === 1;
}

export interface DefinitionRow {
  definitionId: number;
  activityId: string;
  name: string;
  touch: boolean;
  attributes: { name: string; field_id: string; display_type: string }[];
  display: DisplayStyle | null;
  archived: boolean;
}

export async function listDefinitions(
  db: Queryable,
  workspaceId: number,
  entity: EntityKind,
): Promise<DefinitionRow[]> {
  const { rows } = await db.query<DefinitionRow>(
    `select id as "definitionId", activity_id as "activityId", name, touch, attributes,
            details->'display_style' as display, archived_at is not null as archived
     from activity_definition where workspace_id = $1 and entity = $2`,
    [workspaceId, entity],
  );
  return rows;
}

export interface NewDefinition {
  activityId: string;
  name: string;
  touch: boolean;
  details?: object;
  attributes?: readonly object[];
}

/** Adds definitions; those already there stay as they are, but for archived ones, which are made anew. Returns the ids made. */
export async function insertDefinitions(
  db: Queryable,
  workspaceId: number,
  definitions: readonly NewDefinition[],
  o: { builtIn: boolean; now: Date; entity?: EntityKind },
): Promise<string[]> {
  const { rows } = await db.query<{ activityId: string }>(
    `insert into activity_definition
       (workspace_id, activity_id, name, built_in, touch, details, attributes, created_at, edited_at,
        entity)
     select $1, d."activityId", d.name, $3, d.touch, coalesce(d.details, '{}'), coalesce(d.attributes, '[]'), $4, $4, $5
     from jsonb_to_recordset($2) as d("activityId" text, name text, touch boolean, details jsonb, attributes jsonb)
     on conflict (workspace_id, activity_id) do update
       set name = excluded.name, touch = excluded.touch, details = excluded.details, attributes = excluded.attributes,
           created_at = excluded.created_at, edited_at = excluded.edited_at, archived_at = null
       where activity_definition.archived_at is not null
     returning activity_id as "activityId"`,
    [workspaceId, JSON.stringify(definitions), o.builtIn, o.now, o.entity ?? 'person'],
  );
  return rows.map((row) => row.activityId);
}
