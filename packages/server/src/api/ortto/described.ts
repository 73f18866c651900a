import {
  attributesOf,
  type DescribedField,
  hiddenActivities,
  kebab,
  readOnlyActivities,
  triggersOf,
} from '@tributary/model';
import type { Definition } from '../../people/index.ts';
import { attributeLiquidName } from './liquid-name.ts';

/** A field as the instance schema shows it, its keys in the order of the recording. */
export function describedField(field: DescribedField, choices?: readonly string[] | null) {
  return {
    id: field.id,
    name: field.name,
    ...(field.readOnly ? { read_only: true } : {}),
    display_type: field.type,
    ...(field.hidden ? { hidden: true } : {}),
    ...(field.noAutocomplete ? { no_autocomplete: true } : {}),
    liquid_name: field.liquid,
    ...(choices ? { dic_items: choices } : {}),
  };
}

/** An activity as the instance schema shows it. */
export function describedActivity(definition: Definition) {
  const { activityId, name } = definition;
  const attributes = definition.builtIn ? builtInAttributes(definition) : customAttributes(definition);
  const triggers = triggersOf(activityId);
  return {
    id: activityId,
    name,
    ...(readOnlyActivities.has(activityId) ? { read_only: true } : {}),
    display_type: definition.details.display_style?.type ?? 'activity',
    ...(attributes.length > 0 ? { attributes } : {}),
    ...(triggers.length > 0
      ? {
          triggers: triggers.map(({ fieldId, operation, attributeId }) => ({
            field_id: fieldId,
            operation,
            attribute_id: attributeId,
          })),
        }
      : {}),
    ...(hiddenActivities.has(activityId) ? { hidden: true } : {}),
  };
}

/** When an activity occurred first and last: `tme::o!f` of `act::o` (recorded). */
export function occurrences({ activityId, name }: Definition) {
  const at = activityId.slice('act:'.length);
  return (['first', 'last'] as const).map((which) =>
    describedField({
      id: `tme:${at}!${which[0]}`,
      name: `${name} ${which} occurred`,
      type: 'time',
      liquid: `people.${kebab(name)}-${which}-occurred`,
      readOnly: true,
    }),
  );
}

function builtInAttributes({ activityId, name }: Definition) {
  return attributesOf(activityId).map((attribute) => ({
    id: attribute.id,
    name: attribute.name,
    display_type: attribute.type,
    ...(attribute.hidden ? { hidden: true } : {}),
    liquid_name: `activity.${kebab(name)}.${kebab(attribute.name)}`,
  }));
}

function customAttributes({ activityId, attributes }: Definition) {
  return attributes.map((attribute) => ({
    id: attribute.field_id,
    name: attribute.name,
    display_type: attribute.display_type,
    liquid_name: attribute.liquid_name ?? attributeLiquidName(activityId, attribute.name),
  }));
}
