import type { Schema } from '../../people/index.ts';
import type { DisplayTypes } from '../types.ts';

/** How a workspace's fields and attributes are shown: money and decimals travel ×1000. */
export function displayTypesOf({ fields, activities }: Schema): DisplayTypes {
  return {
    field: (id) => fields.get(id)?.displayType,
    attribute: (activityId, id) => activities.get(activityId)?.attributeTypes.get(id),
  };
}
