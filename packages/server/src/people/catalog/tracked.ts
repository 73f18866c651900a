import { isDeepStrictEqual } from 'node:util';
import { customActivityId, type Fields } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';

/** A field of which every change is an activity (Ortto help, a-54, "field activity tracking"). */
export interface TrackedField {
  fieldId: string;
  activityId: string;
  /** The activity's attributes. */
  previousId: string;
  newId: string;
}

/** What Ortto calls the activity (Ortto help, a-54). */
function changeActivityName(fieldName: string): string {
  return `Custom: ${fieldName} changed`;
}

export function trackedField(field: { id: string; name: string }): TrackedField {
  const prefix = field.id.slice(0, field.id.indexOf(':'));
  return {
    fieldId: field.id,
    activityId: customActivityId(changeActivityName(field.name)),
    previousId: `${prefix}:cm:previous-value`,
    newId: `${prefix}:cm:new-value`,
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

/** A field that can have several values has no "previous" one (Ortto help, a-54). */
export function mustBeTrackable(displayType: string): void {
  if (displayType !== 'multi_select') return;
  throw new UserError('field_not_trackable', `changes of ${displayType} fields can not be tracked`);
}

/** The activities that a change of these fields is; a value that was not there before, or is gone, is left out of them. */
export function trackedChanges(
  before: Fields,
  after: Fields,
  tracked: readonly TrackedField[],
): { activityId: string; attributes: Fields }[] {
  return tracked.flatMap(({ fieldId, activityId, previousId, newId }) => {
    const [was, is] = [before[fieldId] ?? null, after[fieldId] ?? null];
    if (isDeepStrictEqual(was, is)) return [];
    const attributes = Object.fromEntries([
      ...(was === null ? [] : [[previousId, was]]),
      ...(is === null ? [] : [[newId, is]]),
    ]) as Fields;
    return [{ activityId, attributes }];
  });
}
