import { isObject } from './field.ts';
import { fieldMeant, fieldsOf, mergeByOf, type Needs } from './needs.ts';

/** A body of `POST /v1/persons/merge` as `person/merge` takes it. What can not be read is left for the exact wire to refuse. */
export function personsMerge(body: unknown, of: Needs): unknown {
  of.hint('path');
  if (!isObject(body) || !Array.isArray(body.people)) return body;
  return {
    ...body,
    people: body.people.map((person) => personOf(person, of)),
    ...('merge_by' in body ? { merge_by: mergeByOf(body.merge_by, body.people, of) } : {}),
  };
}

function personOf(person: unknown, of: Needs): unknown {
  if (!isObject(person)) return person;
  return {
    ...person,
    fields: fieldsOf(person.fields, of),
    ...(isObject(person.clear_fields)
      ? {
          clear_fields: Object.fromEntries(
            Object.entries(person.clear_fields).map(([id, clear]) => [fieldMeant(id, undefined, of)?.id ?? id, clear]),
          ),
        }
      : {}),
  };
}

/** The answer with `id` beside `person_id`. */
export function withIds(answer: { people: readonly object[] }) {
  return {
    people: answer.people.map((person) => ('person_id' in person ? { id: person.person_id, ...person } : person)),
  };
}
