import type { Queryable } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { changeSchema, type Define } from './define.ts';
import { type CustomField, listCustomFields, lockField, updateField } from './store/field.sql.ts';

/** How a custom field is changed. Of the three, the first that is given counts (recorded). */
export interface FieldChange {
  replaceValues?: readonly string[] | undefined;
  addValues?: readonly string[] | undefined;
  removeValues?: readonly string[] | undefined;
  trackChanges?: boolean | undefined;
}

/** The custom fields that somebody has made, to be read and changed. */
export interface CustomFields {
  list(db: Queryable, workspaceId: number): Promise<CustomField[]>;
  /** The field as it is then. One that is not there, or whose values are no choices, is a `UserError`. */
  change(workspaceId: number, id: string, change: FieldChange): Promise<CustomField>;
}

const SELECTS = new Set(['single_select', 'multi_select']);

export function createCustomFields(define: Define): CustomFields {
  const { entity = 'person' } = define;
  return {
    list: (db, workspaceId) => listCustomFields(db, workspaceId, entity),
    change: (workspaceId, id, change) =>
      changeSchema(define, async (tx) => {
        const field = await lockField(tx, workspaceId, entity, id);
        if (!field) throw new UserError('field_not_found', `${id}: there is no such custom field`, 404);
        const choices = choicesAfter(field.choices ?? [], change);
        if (choices && !SELECTS.has(field.displayType)) {
          throw new UserError('bad_request', `${id}: a ${field.displayType} has no values to choose from`);
        }
        const changed = {
          ...field,
          choices: choices ?? field.choices,
          trackChanges: change.trackChanges ?? field.trackChanges,
        };
        await updateField(tx, workspaceId, changed);
        return changed;
      }),
  };
}

function choicesAfter(choices: readonly string[], change: FieldChange): string[] | undefined {
  const { replaceValues, addValues, removeValues } = change;
  if (replaceValues) return [...new Set(replaceValues)];
  if (addValues) return [...new Set([...choices, ...addValues])];
  if (removeValues) return choices.filter((choice) => !removeValues.includes(choice));
  return undefined;
}
