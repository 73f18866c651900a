import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { notify } from '../../platform/presence.ts';
import { type FieldRow, insertDefinitions, listFields } from '../store/schema.sql.ts';
import {
  type Definition,
  listTagCounts,
  listWholeDefinitions,
  lockDefinition,
  lockField,
  type TagCount,
  updateDefinition,
  updateDefinitionToArchived,
  updateField,
} from './store/catalog.sql.ts';
import { changeActivityName, trackedField } from './tracked.ts';

/** What is asked of a custom field. Of the three lists the first that is given counts (recorded: Ortto's order). */
export interface FieldChange {
  replaceValues?: readonly string[] | undefined;
  addValues?: readonly string[] | undefined;
  removeValues?: readonly string[] | undefined;
  trackChanges?: boolean | undefined;
}

/** What is asked of a definition; what is not said stays. */
export type DefinitionChange = Partial<Pick<Definition, 'name' | 'touch' | 'details' | 'attributes'>>;

/** What there is to say of people: their fields, tags, and the activities that can be recorded. */
export interface Catalog {
  /** The custom fields, the oldest first. */
  fields(workspaceId: number): Promise<FieldRow[]>;
  changeField(
    workspaceId: number,
    fieldId: string,
    change: FieldChange,
  ): Promise<{ choices: readonly string[] | null; trackChanges: boolean }>;
  definitions(workspaceId: number): Promise<Definition[]>;
  changeDefinition(workspaceId: number, activityId: string, change: DefinitionChange): Promise<Definition>;
  /** Nothing of it is recorded from now on; what was recorded stays. Made again, it goes on. */
  archiveDefinition(workspaceId: number, activityId: string): Promise<void>;
  /** The tags whose name contains a text, with how many have them. */
  tags(workspaceId: number, text: string): Promise<TagCount[]>;
}

/** A field that can have several values has no "previous" one (Ortto help, a-54). */
const NEVER_TRACKED = new Set(['multi_select']);

/** Whether changes of fields of this type can be activities. */
function canBeTracked(displayType: string): boolean {
  return !NEVER_TRACKED.has(displayType);
}

export function createCatalog(o: { db: Db; clock: Clock; forget(): void }): Catalog {
  const { db, clock } = o;
  /** Changes the schema, and tells this process at once and the others on commit. */
  const change = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const done = await transaction(db, async (tx) => {
      const result = await work(tx);
      await tx.query(notify('schema'));
      return result;
    });
    o.forget();
    return done;
  };
  const locked = async (tx: Tx, workspaceId: number, activityId: string): Promise<Definition> => {
    const definition = await lockDefinition(tx, workspaceId, activityId);
    if (!definition) throw new UserError('definition_not_found', `${activityId}: there is no such activity`, 404);
    if (definition.builtIn) throw new UserError('definition_built_in', `${activityId} is built in and stays as it is`);
    return definition;
  };
  return {
    fields: (workspaceId) => listFields(db, workspaceId, 'person'),
    changeField: (workspaceId, fieldId, asked) =>
      change(async (tx) => {
        const field = await lockField(tx, workspaceId, fieldId);
        if (!field) throw new UserError('field_not_found', `${fieldId}: there is no such custom field`, 404);
        const trackChanges = asked.trackChanges ?? field.trackChanges;
        if (asked.trackChanges) {
          mustBeTrackable(field.displayType);
          await insertDefinitions(tx, workspaceId, [changeDefinition(field)], { builtIn: false, now: clock.now() });
        }
        const choices = choicesAfter(field, asked);
        await updateField(tx, workspaceId, fieldId, { choices, trackChanges });
        return { choices, trackChanges };
      }),
    definitions: (workspaceId) => listWholeDefinitions(db, workspaceId),
    changeDefinition: (workspaceId, activityId, asked) =>
      change(async (tx) => {
        const before = await locked(tx, workspaceId, activityId);
        const after = {
          ...before,
          ...asked,
          details: { ...before.details, ...asked.details },
          editedAt: clock.now(),
        };
        await updateDefinition(tx, workspaceId, activityId, after);
        return after;
      }),
    archiveDefinition: (workspaceId, activityId) =>
      change(async (tx) => {
        await locked(tx, workspaceId, activityId);
        await updateDefinitionToArchived(tx, workspaceId, activityId, clock.now());
      }),
    tags: (workspaceId, text) => listTagCounts(db, workspaceId, text),
  };
}

/** The activity that a change of this field will be. */
export function changeDefinition(field: { id: string; name: string; displayType: string }) {
  const { activityId, previousId, newId } = trackedField(field);
  return {
    activityId,
    name: changeActivityName(field.name),
    touch: false,
    attributes: [
      { name: 'Previous value', field_id: previousId, display_type: field.displayType },
      { name: 'New value', field_id: newId, display_type: field.displayType },
    ],
  };
}

export function mustBeTrackable(displayType: string): void {
  if (canBeTracked(displayType)) return;
  throw new UserError('field_not_trackable', `changes of ${displayType} fields can not be tracked`);
}

/** Two choices that are spelled alike are one. */
function choicesAfter(
  field: { id: string; displayType: string; choices: string[] | null },
  { replaceValues, addValues, removeValues }: FieldChange,
): readonly string[] | null {
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
