import { isDeepStrictEqual } from 'node:util';
import { customActivityId, type Fields } from '@tributary/model';

/** A field of which every change is an activity (Ortto help, a-54, "field activity tracking"). */
export interface TrackedField {
  fieldId: string;
  activityId: string;
  /** The activity's attributes. */
  previousId: string;
  newId: string;
}

/** What Ortto calls the activity (Ortto help, a-54). */
export function changeActivityName(fieldName: string): string {
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
