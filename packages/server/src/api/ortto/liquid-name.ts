import { kebab } from '@tributary/model';

/** What a custom field is called in templates (recorded): the end of its id, which a new name does not change. */
export function customLiquidName(fieldId: string, of: 'people' | 'account' = 'people'): string {
  return `${of}.custom.${fieldId.slice(fieldId.lastIndexOf(':') + 1)}`;
}

/** What an attribute of a custom activity is called in templates (recorded). */
export function attributeLiquidName(activityId: string, attribute: string): string {
  return `activity.custom.${activityId.slice(activityId.lastIndexOf(':') + 1)}.${kebab(attribute)}`;
}
