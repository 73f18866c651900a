import { occurredOf } from '@tributary/model';
import type { Schema } from '../schema.ts';
import { idSource, jsonSource, momentSource, type Source, tagSource } from './source.ts';

/** What filters are asked about: people, each a row `p`. */
export interface Entity {
  /** Of the rows, and of the activities that are theirs. */
  table: string;
  activityTable: string;
  owner: string;
  tagTable: string;
  /** Fields that are columns. */
  moments: Readonly<Record<string, string>>;
  idField: string;
}

export const personEntity: Entity = {
  table: 'person',
  activityTable: 'activity',
  owner: 'person_id',
  tagTable: 'tag',
  moments: {
    a: 'p.archived_at',
    c: 'p.created_at',
    e: 'p.edited_at',
    f: 'p.first_seen_at',
    l: 'p.last_seen_at',
    s: 'p.subscribed_at',
    u: 'p.unsubscribed_at',
  },
  idField: 'str::person_id',
};

/** Where the value of a field of this entity comes from. */
export function sourceOf(entity: Entity, fieldId: string, schema: Schema): Source {
  const moment = Object.hasOwn(entity.moments, fieldId) ? entity.moments[fieldId] : undefined;
  if (moment) return momentSource(moment);
  if (fieldId === entity.idField) return idSource('p.id');
  if (fieldId === 'tags' || fieldId.startsWith('u4s:')) return tagSource(entity.tagTable, 'p');
  const occurred = occurredOf(fieldId);
  if (!occurred) {
    // Such as `r`, restored: kept with the fields, its name tells no type.
    const isTime = !fieldId.includes(':') && schema.fields.get(fieldId)?.displayType === 'time';
    return isTime ? jsonSource('p.fields', fieldId, 'tme') : jsonSource('p.fields', fieldId);
  }
  const definition = schema.activities.get(occurred.activityId)?.definitionId ?? 0;
  return momentSource(`(select ${occurred.end === 'first' ? 'min' : 'max'}(o.occurred_at) from ${entity.activityTable} o
    where o.${entity.owner} = p.id and o.definition_id = ${definition})`);
}

/** Whether filters can ask about a field. */
export function hasField(entity: Entity, fieldId: string, schema: Schema): boolean {
  const activityId = occurredOf(fieldId)?.activityId;
  if (activityId !== undefined) return schema.activities.has(activityId);
  return (
    Object.hasOwn(entity.moments, fieldId) ||
    fieldId === entity.idField ||
    ['tags', 'u4s::t'].includes(fieldId) ||
    schema.fields.has(fieldId)
  );
}
