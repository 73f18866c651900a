import { type Fields, publicId, type Value } from '@tributary/model';

/** A person as it is searched for and shown. */
export interface FoundPerson {
  id: string;
  fields: Fields;
  tags: readonly number[];
  tagNames: readonly string[];
  createdAt: Date;
  editedAt: Date;
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
  subscribedAt: Date | null;
  unsubscribedAt: Date | null;
  archivedAt: Date | null;
}

/** Fields that are not stored with the others, as the wire shows them: times in RFC 3339, ids of 24 hex digits. */
const known: Readonly<Record<string, (person: FoundPerson) => Value | undefined>> = {
  a: ({ archivedAt }) => archivedAt?.toISOString(),
  c: ({ createdAt }) => createdAt.toISOString(),
  e: ({ editedAt }) => editedAt.toISOString(),
  f: ({ firstSeenAt }) => firstSeenAt?.toISOString(),
  l: ({ lastSeenAt }) => lastSeenAt?.toISOString(),
  s: ({ subscribedAt }) => subscribedAt?.toISOString(),
  u: ({ unsubscribedAt }) => unsubscribedAt?.toISOString(),
  'str::person_id': ({ id }) => publicId(id),
  tags: ({ tagNames }) => (tagNames.length > 0 ? tagNames : undefined),
  'u4s::t': ({ tags }) => (tags.length > 0 ? (tags as unknown as Value) : undefined),
};

/** The values of these fields, or of all there are; empty ones are absent (recorded). */
export function valuesOf(person: FoundPerson, fieldIds: readonly string[]): Fields {
  const entries = fieldIds.flatMap((id): [string, Value][] => {
    const value = Object.hasOwn(known, id) ? known[id]!(person) : own(person.fields, id);
    return value === undefined || value === null ? [] : [[id, value]];
  });
  return Object.fromEntries(entries);
}

/** Every field id that a person has a value of. */
export function fieldIdsOf(person: FoundPerson): string[] {
  return [...Object.keys(known), ...Object.keys(person.fields)];
}

function own(fields: Fields, id: string): Value | undefined {
  return Object.hasOwn(fields, id) ? fields[id] : undefined;
}
