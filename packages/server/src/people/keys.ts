import { type EntityKind, type IntakeItem, parseFieldId } from '@tributary/model';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { keyFieldsOf } from './check.ts';
import { entities } from './filter/entity.ts';
import type { Schema } from './schema.ts';
import { insertKeysOfAll } from './store/identity.sql.ts';
import { updateFieldToKey } from './store/schema.sql.ts';

/** What people are told apart by: short, and with one spelling. */
const KEY_TYPES = new Set(['str', 'int', 'phn']);

/** Whether a field is no key, and can be made one. */
export function couldBeKey(schema: Schema, fieldId: string): boolean {
  const { type, source } = parseFieldId(fieldId) ?? { type: '', source: '' };
  return schema.fields.get(fieldId)?.isKey === false && (source === 'cm' || source === 'oc') && KEY_TYPES.has(type);
}

/** The fields that these items find people by, and that have to be made keys first. */
export function missingKeys(schema: Schema, items: readonly IntakeItem[]): string[] {
  const missing = new Set<string>();
  for (const { who } of items) {
    if (!('by' in who)) continue;
    for (const id of keyFieldsOf(who.by, who.alternatives)) if (couldBeKey(schema, id)) missing.add(id);
  }
  return [...missing];
}

/** The schema as it will be once these items' keys are made. */
export function withKeys(schema: Schema, items: readonly IntakeItem[]): Schema {
  const missing = missingKeys(schema, items);
  if (missing.length === 0) return schema;
  const made = missing.map((id) => [id, { ...schema.fields.get(id)!, isKey: true }] as const);
  return { ...schema, fields: new Map([...schema.fields, ...made]) };
}

/** People, or accounts, can be found by these fields once the transaction commits, those already here included. */
export async function makeKeys(
  tx: Tx,
  workspaceId: number,
  fieldIds: readonly string[],
  entity: EntityKind = 'person',
): Promise<void> {
  // In one order: two requests that name the same fields wait for each other, and not in a circle.
  for (const id of [...fieldIds].sort())
    if (await updateFieldToKey(tx, workspaceId, id)) await insertKeysOfAll(tx, entities[entity], workspaceId, id);
  signal(tx, 'schema');
}

class AllRefused extends Error {
  readonly outcomes: readonly object[];

  constructor(outcomes: readonly object[]) {
    super('no record could be used');
    this.outcomes = outcomes;
  }
}

/** Runs it in a transaction that is rolled back when every record is refused: a refused request changes nothing. */
export async function unlessAllRefused<O extends object>(db: Db, work: (tx: Tx) => Promise<O[]>): Promise<O[]> {
  try {
    return await transaction(db, async (tx) => {
      const outcomes = await work(tx);
      if (outcomes.every((outcome) => 'error' in outcome)) throw new AllRefused(outcomes);
      return outcomes;
    });
  } catch (error) {
    if (error instanceof AllRefused) return error.outcomes as O[];
    throw error;
  }
}
