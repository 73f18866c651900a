import { customFieldId, type DisplayType } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { notify } from '../platform/presence.ts';
import { changeDefinition, mustBeTrackable } from './catalog/index.ts';
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

interface Define {
  db: Db;
  clock: Clock;
  forget(): void;
}

/** Changes the schema, and tells this process at once and the others on commit. */
async function change<T>(of: Define, work: (tx: Tx) => Promise<T>): Promise<T> {
  const result = await transaction(of.db, async (tx) => {
    const done = await work(tx);
    await tx.query(notify('schema'));
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
  const id = customFieldId(field.name, field.type);
  const row = { id, displayType: field.type, ...field };
  if (field.trackChanges) mustBeTrackable(field.type);
  const added = await change(of, async (tx) => {
    const now = of.clock.now();
    const isNew = await insertField(tx, workspaceId, row, now);
    if (isNew && field.trackChanges)
      await insertDefinitions(tx, workspaceId, [changeDefinition(row)], { builtIn: false, now });
    return isNew;
  });
  return added ? { id, displayType: field.type } : undefined;
}

export function addDefinitions(
  of: Define,
  workspaceId: number,
  definitions: readonly NewDefinition[],
): Promise<string[]> {
  return change(of, (tx) => insertDefinitions(tx, workspaceId, definitions, { builtIn: false, now: of.clock.now() }));
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
  if (missing.length > 0) await change(of, (tx) => makeKeys(tx, workspaceId, missing));
}
