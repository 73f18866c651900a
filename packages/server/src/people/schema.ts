import {
  builtInAccountFields,
  builtInActivities,
  builtInFields,
  deviceFields,
  type EntityKind,
  parseFieldId,
} from '@tributary/model';
import { createKept, type Kept } from '../platform/database/kept.ts';
import type { Queryable } from '../platform/database/pool.ts';
import { withAttributeId } from './catalog/display-style.ts';
import { type TrackedField, trackedField } from './catalog/tracked.ts';
import { anonymousIdField } from './identity/anonymous.ts';
import { type FieldRow, listDefinitions, listFields } from './store/schema.sql.ts';
import type { DisplayStyle } from './types.ts';

/** What a workspace knows: which fields a person, or an account, can have and which activities can happen. */
export interface Schema {
  entity: EntityKind;
  fields: ReadonlyMap<string, SchemaField>;
  activities: ReadonlyMap<string, SchemaActivity>;
  activityIdOf: ReadonlyMap<number, string>;
  /** The fields whose changes are activities of their own. */
  tracked: readonly TrackedField[];
}

export interface SchemaField {
  id: string;
  name: string;
  displayType: string;
  readOnly: boolean;
  isKey: boolean;
}

export interface SchemaActivity {
  definitionId: number;
  activityId: string;
  name: string;
  touch: boolean;
  /** How its attributes are shown, by their ids, as the definition says. */
  attributeTypes: ReadonlyMap<string, string>;
  /** How the whole of it is shown, where the definition says it. */
  display: DisplayStyle | undefined;
  /** Nothing of it is recorded any more. */
  archived: boolean;
}

/** The built-in fields by which people are found without anyone asking for it. */
const BUILT_IN_KEYS = new Set(['str::email', 'str::ei', 'phn::phone', 'str:o:name', 'str:o:website']);

const asSchemaField = (field: (typeof builtInFields)[number]): SchemaField => ({
  id: field.id,
  name: field.name,
  displayType: field.type,
  readOnly: field.readOnly === true || parseFieldId(field.id) === undefined,
  isKey: BUILT_IN_KEYS.has(field.id),
});

const builtIn: Record<EntityKind, readonly SchemaField[]> = {
  person: [...[...builtInFields, ...deviceFields].map(asSchemaField), anonymousIdField],
  account: builtInAccountFields.map(asSchemaField),
};

/** The schema as the database has it now. */
export async function loadSchema(db: Queryable, workspaceId: number, entity: EntityKind = 'person'): Promise<Schema> {
  const rows = await listFields(db, workspaceId, entity);
  const custom = rows.map(fromRow);
  const definitions = (await listDefinitions(db, workspaceId, entity)).map(
    ({ attributes, display, ...definition }) => ({
      ...definition,
      display: display ? withAttributeId(display, attributes) : undefined,
      attributeTypes: new Map(attributes.map((attribute) => [attribute.field_id, attribute.display_type])),
    }),
  );
  const recorded = new Set(definitions.flatMap(({ activityId, archived }) => (archived ? [] : [activityId])));
  return {
    entity,
    tracked: rows
      .filter((row) => row.trackChanges)
      .map(trackedField)
      .filter(({ activityId }) => recorded.has(activityId)),
    fields: new Map([...builtIn[entity], ...custom].map((field) => [field.id, field])),
    activities: new Map(definitions.map((definition) => [definition.activityId, definition])),
    activityIdOf: new Map(definitions.map((definition) => [definition.definitionId, definition.activityId])),
  };
}

function fromRow(row: FieldRow): SchemaField {
  return { id: row.id, name: row.name, displayType: row.displayType, readOnly: false, isKey: row.isKey };
}

export type SchemaCache = Kept<Schema>;

/** Keeps each workspace's schema in memory; every change of one is signalled to all processes. */
export const createSchemaCache = (entity: EntityKind = 'person'): SchemaCache =>
  createKept((db, workspaceId) => loadSchema(db, workspaceId, entity));

/** The names of the activities that every workspace starts with. */
export const seededActivities = builtInActivities.map(({ id, name, touch }) => ({ id, name, touch: touch === true }));
