import {
  attributeType,
  builtInAccountFields,
  builtInFields,
  type DisplayType,
  deviceFields,
  type EntityKind,
  parseFieldId,
} from '@tributary/model';
import type { Schema } from '../../people/index.ts';
import type { Queryable } from '../../platform/database/pool.ts';
import { displayTypeOf } from '../cells/kinds.ts';
import type { Doors } from '../doors.ts';
import { type FileKind, kinds } from '../kinds.ts';

/** A field a row can fill, with how its cells are read. */
export interface CatalogField {
  id: string;
  name: string;
  displayType: DisplayType;
  isKey: boolean;
}

/** What a file's columns can mean. */
export interface Catalog {
  /** Whose fields they are. */
  of: EntityKind;
  fields: ReadonlyMap<string, CatalogField>;
  activities: ReadonlyMap<string, { id: string; name: string; attributeTypes: ReadonlyMap<string, string> }>;
  /** Of a file of people: the fields by which their accounts can be found. */
  accountKeys: ReadonlyMap<string, CatalogField>;
}

export async function catalogFor(doors: Doors, db: Queryable, workspaceId: number, kind: FileKind): Promise<Catalog> {
  const { of } = kinds[kind];
  const schema = await doors[of].schema(db, workspaceId);
  const accounts = kind === 'people' ? fieldsOf(await doors.account.schema(db, workspaceId)) : [];
  return {
    of,
    fields: byId(fieldsOf(schema)),
    activities: new Map(
      [...schema.activities.values()].map(({ activityId, name, attributeTypes }) => [
        activityId,
        { id: activityId, name, attributeTypes },
      ]),
    ),
    accountKeys: byId(accounts.filter(canBeKey)),
  };
}

/** How the cells of an attribute are written and read, whatever activity has it: one column has them all. */
export function attributeTypeOf(activities: Catalog['activities'] | Schema['activities'], id: string): DisplayType {
  for (const { attributeTypes } of activities.values()) {
    const type = attributeTypes.get(id);
    if (type) return displayTypeOf(id, type);
  }
  return displayTypeOf(id, attributeType(id, undefined));
}

function fieldsOf(schema: Schema): CatalogField[] {
  return [...schema.fields.values()]
    .filter((field) => !field.readOnly)
    .map(({ id, name, displayType, isKey }) => ({ id, name, isKey, displayType: displayTypeOf(id, displayType) }));
}

const byId = (fields: readonly CatalogField[]): ReadonlyMap<string, CatalogField> =>
  new Map(fields.map((field) => [field.id, field]));

const builtIn = new Set([...builtInFields, ...deviceFields, ...builtInAccountFields].map(({ id }) => id));

/** Whether a field is a key, or can be made one: its values are short and have one spelling, and it is custom. */
export function canBeKey({ id, isKey }: Pick<CatalogField, 'id' | 'isKey'>): boolean {
  return ['str', 'int', 'phn'].includes(parseFieldId(id)?.type ?? '') && (isKey || !builtIn.has(id));
}
