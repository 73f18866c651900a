import { attributeType } from '@tributary/model';
import type { Schema } from '../../people/index.ts';
import type { DisplayTypes } from '../types.ts';

/** How a workspace's fields and attributes are shown: money and decimals travel ×1000. */
export function displayTypesOf({ fields, activities }: Schema, timezone: string): DisplayTypes {
  let agreed: ReadonlyMap<string, string> | undefined;
  return {
    timezone,
    field: (id) => fields.get(id)?.displayType,
    attribute: (activityId, id) => {
      const defined = activityId === undefined ? undefined : activities.get(activityId)?.attributeTypes.get(id);
      const own = attributeType(id, defined);
      // What a run began with may come of a call, or of another journey, and then of no activity that is known.
      if (own !== undefined) return own;
      agreed ??= agreedTypes(activities);
      return agreed.get(id);
    },
  };
}

function agreedTypes(activities: Schema['activities']): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const { attributeTypes } of activities.values()) {
    for (const [id, type] of attributeTypes) found.set(id, (found.get(id) ?? new Set()).add(type));
  }
  return new Map([...found].flatMap(([id, types]) => (types.size === 1 ? [[id, [...types][0]!] as const] : [])));
}
