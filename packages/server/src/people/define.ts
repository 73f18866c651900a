import { customFieldId, type DisplayType, type EntityKind } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { changeDefinition, mustBeTrackable } from './catalog/tracked.ts';
import { couldBeKey, makeKeys } from './keys.ts';
import type { SchemaCache } from './schema.ts';
import { insertDefinitions, insertField, type NewDefinition } from './store/schema.sql.ts';

/** A custom field to be made; its id follows from name and type. */
export interface NewField {
  name: string;
  type: DisplayType;
  choices?: string[];
  trackChanges?: boolean;
}

/** Fields and definitions to be made where they are not there. */
export interface NewSchema {
  fields: readonly NewField[];
  definitions: readonly NewDefinition[];
}

export interface Define {
  db: Db;
  clock: Clock;
  /** Whose: people's unless it says otherwise. */
  entity?: EntityKind;
  forget(): void;
}

/** Changes the schema, and tells this process at once and the others on commit. */
export async function changeSchema<T>(of: Define, work: (tx: Tx) => Promise<T>): Promise<T> {
  const result = await transaction(of.db, async (tx) => {
    const done = await work(tx);
    signal(tx, 'schema');
    return done;
  });
  of.forget();
  return result;
}

export async function addField(
  of: Define,
  workspaceId: number,
  field: NewField,
): Promise<{ id: string; displayType: DisplayType } | undefined> {
  const { entity = 'person' } = of;
  const id = customFieldId(field.name, field.type, entity);
  const row = { id, displayType: field.type, entity, ...field };
  // Of accounts it is kept and told of, not recorded.
  const tracked = field.trackChanges && entity === 'person';
  if (tracked) mustBeTrackable(field.type);
  const added = await changeSchema(of, async (tx) => {
    const now = of.clock.now();
    const isNew = await insertField(tx, workspaceId, row, now);
    if (isNew && tracked)
      await insertDefinitions(tx, workspaceId, [changeDefinition(row)], { builtIn: false, now, entity });
    return isNew;
  });
  return added ? { id, displayType: field.type } : undefined;
}

export function addDefinitions(
  of: Define,
  workspaceId: number,
  definitions: readonly NewDefinition[],
): Promise<string[]> {
  const o = { builtIn: false, now: of.clock.now(), entity: of.entity ?? 'person' };
  return changeSchema(of, (tx) => insertDefinitions(tx, workspaceId, definitions, o));
}

/** Makes keys of those of these custom fields that can be one. */
export async function ensureKeys(
  of: Define,
  cache: SchemaCache,
  workspaceId: number,
  fieldIds: readonly string[],
): Promise<void> {
  const schema = await cache.get(of.db, workspaceId);
  const missing = fieldIds.filter((id) => couldBeKey(schema, id));
  if (missing.length > 0) await changeSchema(of, (tx) => makeKeys(tx, workspaceId, missing, of.entity));
}

/**
 * Adds fields and definitions in the caller's transaction, which knows them from here on; those there are stay. Whoever
 * rolls it back calls `forget`. Returns the ids of the new ones.
 */
export async function defineIn(
  tx: Tx,
  of: Define,
  workspaceId: number,
  { fields, definitions }: NewSchema,
): Promise<{ fields: string[]; activities: string[] }> {
  const now = of.clock.now();
  const made: string[] = [];
  for (const field of fields) {
    const id = customFieldId(field.name, field.type);
    const row = { id, displayType: field.type, entity: 'person', ...field } as const;
    if (await insertField(tx, workspaceId, row, now)) made.push(id);
  }
  const activities = await insertDefinitions(tx, workspaceId, definitions, { builtIn: false, now });
  if (made.length + activities.length > 0) {
    signal(tx, 'schema');
    of.forget();
  }
  return { fields: made, activities };
}
