import { parseFieldId } from '@tributary/model';
import { type Entity, sourceOf } from '../filter/entity.ts';
import type { Schema } from '../schema.ts';

/** What rows are sorted by, as SQL of a type that can be compared. */
export interface SortKey {
  sql: string;
  type: 'text' | 'numeric' | 'boolean' | 'date' | 'timestamptz';
}

/** How a field is sorted; undefined when it can not be: lists, objects. */
export function sortKeyOf(entity: Entity, fieldId: string, schema: Schema): SortKey | undefined {
  const source = sourceOf(entity, fieldId, schema);
  if (Object.hasOwn(entity.moments, fieldId)) return { sql: source.instant, type: 'timestamptz' };
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
