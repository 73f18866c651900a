import type { Queryable } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { changeDefinition, mustBeTrackable } from './catalog/tracked.ts';
import { changeSchema, type Define } from './define.ts';
import { type CustomField, lockField, updateField } from './store/field.sql.ts';
import { insertDefinitions, listFields } from './store/schema.sql.ts';

/** How a custom field is changed. Of the three, the first that is given counts (recorded). */
export interface FieldChange {
  replaceValues?: readonly string[] | undefined;
  addValues?: readonly string[] | undefined;
  removeValues?: readonly string[] | undefined;
  trackChanges?: boolean | undefined;
}

/** The custom fields that somebody has made, to be read and changed. */
export interface CustomFields {
  /** The oldest first. */
  list(db: Queryable, workspaceId: number): Promise<CustomField[]>;
  /** The field as it is then. One that is not there, or whose values are no choices, is a `UserError`. */
  change(workspaceId: number, id: string, change: FieldChange): Promise<CustomField>;
}

export function createCustomFields(define: Define): CustomFields {
  const { clock, entity = 'person' } = define;
  return {
    list: (db, workspaceId) => listFields(db, workspaceId, entity),
    change: (workspaceId, id, change) =>
      changeSchema(define, async (tx) => {
        const field = await lockField(tx, workspaceId, entity, id);
        if (!field) throw new UserError('field_not_found', `${id}: there is no such custom field`, 404);
        // Of accounts it is kept and told of, not recorded.
        if (change.trackChanges && entity === 'person') {
          mustBeTrackable(field.displayType);
          await insertDefinitions(tx, workspaceId, [changeDefinition(field)], { builtIn: false, now: clock.now() });
        }
        const changed = {
          ...field,
          choices: choicesAfter(field, change),
          trackChanges: change.trackChanges ?? field.trackChanges,
        };
        await updateField(tx, workspaceId, changed);
        return changed;
      }),
  };
}

/** Two choices that are spelled alike are one. */
function choicesAfter(field: CustomField, { replaceValues, addValues, removeValues }: FieldChange): string[] | null {
  if (!replaceValues && !addValues && !removeValues) return field.choices;
  if (field.displayType !== 'single_select' && field.displayType !== 'multi_select') {
    throw new UserError(
      'field_without_choices',
      `${field.id} is a field of type ${field.displayType}: it has no choices`,
    );
  }
  const before = field.choices ?? [];
  if (replaceValues) return [...new Set(replaceValues)];
  if (addValues) return [...new Set([...before, ...addValues])];
  return before.filter((choice) => !removeValues!.includes(choice));
}
