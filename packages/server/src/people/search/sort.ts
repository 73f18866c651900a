import { parseFieldId } from '@tributary/model';
import { type Entity, hasField, sourceOf } from '../filter/entity.ts';
import { isTime } from '../filter/source.ts';
import type { Schema } from '../schema.ts';

/** What rows are sorted by, as SQL of a type that can be compared. */
export interface SortKey {
  sql: string;
  type: 'text' | 'numeric' | 'boolean' | 'date' | 'timestamptz';
}

/** How a field is sorted; undefined when it can not be: lists, objects. Nobody has a value of one that is not there. */
export function sortKeyOf(entity: Entity, fieldId: string, schema: Schema): SortKey | undefined {
  if (!hasField(entity, fieldId, schema)) return { sql: 'null::text', type: 'text' };
  const source = sourceOf(entity, fieldId, schema);
  // Times that the server keeps: their names tell no type.
  if (!fieldId.includes(':') && isTime(source)) return { sql: source.instant, type: 'timestamptz' };
  switch (parseFieldId(fieldId)?.type) {
    case 'str':
    case 'txt':
    case 'geo':
      return { sql: `${source.text} collate "C"`, type: 'text' };
    case 'phn':
      return { sql: `${source.phone} collate "C"`, type: 'text' };
    case 'int':
      return { sql: source.number, type: 'numeric' };
    case 'bol':
      return { sql: source.bool, type: 'boolean' };
    case 'dtz':
      return { sql: source.day(() => `'UTC'`), type: 'date' };
    case 'tme':
      return { sql: source.instant, type: 'timestamptz' };
    default:
      return undefined;
  }
}
