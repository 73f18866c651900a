import { type EntityKind, occurredOf, PERSON_ID } from '@tributary/model';
import type { Schema } from '../schema.ts';
import type { TagTable } from '../store/tag.sql.ts';
import {
  idSource,
  idsSource,
  jsonSource,
  momentSource,
  numberSource,
  personIdSource,
  type Source,
  tagSource,
} from './source.ts';

/** What filters are asked about: people or accounts, each a row `p`. */
export interface Entity {
  /** Of the rows, and of the activities that are theirs. */
  table: string;
  activityTable: string;
  owner: string;
  /** Whom a value of a key field belongs to. */
  keyTable: 'identity' | 'account_identity';
  tagTable: TagTable;
  tagField: string;
  /** Fields that are columns. */
  moments: Readonly<Record<string, string>>;
  /** Fields that are computed. */
  computed: Readonly<Record<string, Source>>;
  idField: string;
}

export const personEntity: Entity = {
  table: 'person',
  activityTable: 'activity',
  owner: 'person_id',
  keyTable: 'identity',
  tagTable: 'tag',
  tagField: 'u4s::t',
  moments: {
    a: 'p.archived_at',
    c: 'p.created_at',
    e: 'p.edited_at',
    f: 'p.first_seen_at',
    l: 'p.last_seen_at',
    s: 'p.subscribed_at',
    u: 'p.unsubscribed_at',
  },
  computed: { [PERSON_ID]: personIdSource('p.id') },
  idField: PERSON_ID,
};

/** Looked up one by one: a join is guessed badly, and goes through everybody. */
export const PEOPLE_OF = `account_person ap where ap.account_id = p.id
  and (select m.archived_at is null from person m where m.id = ap.person_id)`;

/** How engaged its people are: the average of those of whom it is known, as a whole number. */
export const ENGAGEMENT_OF = `(select round(avg((select (m.fields->>'int::e')::numeric from person m
  where m.id = ap.person_id and m.archived_at is null))) from account_person ap where ap.account_id = p.id)`;

export const accountEntity: Entity = {
  table: 'account',
  activityTable: 'account_activity',
  owner: 'account_id',
  keyTable: 'account_identity',
  tagTable: 'account_tag',
  tagField: 'u4s:o:t',
  moments: { oc: 'p.created_at', oe: 'p.edited_at', of: 'p.first_seen_at', ol: 'p.last_seen_at' },
  computed: { 'int:o:e': numberSource(ENGAGEMENT_OF), 'ids:o:p': idsSource(PEOPLE_OF, 'ap.person_id') },
  idField: 'str:o:account_id',
};

export const entities: Readonly<Record<EntityKind, Entity>> = { person: personEntity, account: accountEntity };

/** Where the value of a field of this entity comes from. */
export function sourceOf(entity: Entity, fieldId: string, schema: Schema): Source {
  const moment = Object.hasOwn(entity.moments, fieldId) ? entity.moments[fieldId] : undefined;
  if (moment) return momentSource(moment);
  if (Object.hasOwn(entity.computed, fieldId)) return entity.computed[fieldId]!;
  if (fieldId === entity.idField) return idSource('p.id', 'account');
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
    ['tags', 'u4s::t', entity.tagField].includes(fieldId) ||
    schema.fields.has(fieldId)
  );
}
