import { builtInFields, type DisplayType, deviceFields, parseFieldId } from '@tributary/model';
import type { Schema } from '../../people/index.ts';
import { displayTypeOf } from '../cells/kinds.ts';

/** The fields a row can fill, with how their cells are read. */
export interface Catalog {
  fields: ReadonlyMap<string, { id: string; name: string; displayType: DisplayType; isKey: boolean; custom: boolean }>;
  activities: ReadonlyMap<string, { id: string; name: string; attributeTypes: ReadonlyMap<string, string> }>;
}

const OF_ACCOUNTS = /^[a-z0-9]+:(o|oc):/;
const builtIn = new Set([...builtInFields, ...deviceFields].map((field) => field.id));

export function catalogOf(schema: Schema): Catalog {
  const fields = [...schema.fields.values()].filter((field) => !field.readOnly && !OF_ACCOUNTS.test(field.id));
  return {
    fields: new Map(
      fields.map(({ id, name, displayType, isKey }) => [
        id,
        { id, name, isKey, displayType: displayTypeOf(id, displayType), custom: !builtIn.has(id) },
      ]),
    ),
    activities: new Map(
      [...schema.activities.values()].map(({ activityId, name, attributeTypes }) => [
        activityId,
        { id: activityId, name, attributeTypes },
      ]),
    ),
  };
}

/** Fields whose values are short and have one spelling can be keys. */
export function canBeKey(id: string): boolean {
  return ['str', 'int', 'phn'].includes(parseFieldId(id)?.type ?? '');
}
