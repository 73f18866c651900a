import type { NewDefinition, NewField, NewSchema, Schema } from '../../people/index.ts';
import { entryOf, isObject, type Meant, meantField, unwrapped } from './field.ts';
import type { Hint } from './hints.ts';

/** Where a translation looks things up, and notes what it needs that is not there yet. */
export interface Needs {
  schema: Schema;
  hint: Hint;
  /** By their ids. */
  fields: Map<string, NewField>;
  definitions: Map<string, NewDefinition>;
}

export function needs(schema: Schema, hint: Hint): Needs {
  return { schema, hint, fields: new Map(), definitions: new Map() };
}

/** The field that a name means. */
export function fieldMeant(given: string, value: unknown, of: Needs): Meant | undefined {
  const typeOf = (id: string) => of.schema.fields.get(id)?.displayType ?? of.fields.get(id)?.type;
  return meantField(given, unwrapped(value), typeOf);
}

/** The same, noted where it has to be made. */
function fieldNeeded(given: string, value: unknown, of: Needs): Meant | undefined {
  const meant = fieldMeant(given, value, of);
  if (meant?.make) of.fields.set(meant.id, meant.make);
  return meant;
}

/** A person's `fields` as the exact wire has them. */
export function fieldsOf(given: unknown, of: Needs): unknown {
  if (!isObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([id, value]) =>
      entryOf(id, value, personId(id) ? undefined : fieldNeeded(id, value, of), of.hint),
    ),
  );
}

/** Merge keys as the exact wire has them, their types told by the values that the records give. */
export function mergeByOf(by: unknown, records: readonly unknown[], of: Needs): unknown {
  if (!Array.isArray(by)) return by;
  return by.map((id) => {
    if (typeof id !== 'string' || personId(id)) return id;
    const values = records.flatMap((record) =>
      isObject(record) && isObject(record.fields) ? [record.fields[id]] : [],
    );
    const meant = fieldNeeded(
      id,
      values.find((value) => value !== undefined),
      of,
    );
    return meant?.id ?? id;
  });
}

/** The merge keys for a person's own id, which are no fields. */
function personId(id: string): boolean {
  return id === 'str::person_id' || id === 'str::id';
}

/** What has to be made before the records; undefined where all of it is there. In one order, whoever asks. */
export function firstOf({ fields, definitions }: Needs): NewSchema | undefined {
  if (fields.size + definitions.size === 0) return undefined;
  return { fields: sorted(fields), definitions: sorted(definitions) };
}

const sorted = <T>(by: ReadonlyMap<string, T>): T[] =>
  [...by].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
