import { kebab, parseFieldId } from '@tributary/model';
import type { NewDefinition } from '../../people/index.ts';
import { entryOf, isObject, type Meant, meantField, type TypeOf, unwrapped, words } from './field.ts';
import { fieldsOf, mergeByOf, type Needs } from './needs.ts';

/** Whether an activity is written in the guide's way: by a bare name, which is no id of any activity of Ortto's. */
export function isBare(activity: unknown): activity is Record<string, unknown> & { activity_id: string } {
  return (
    isObject(activity) &&
    typeof activity.activity_id === 'string' &&
    !activity.activity_id.includes(':') &&
    kebab(activity.activity_id) !== '' &&
    kebab(activity.activity_id).length <= 255
  );
}

/** A body of `activities/create` as the exact wire takes it; activities that are right already stay as they are. */
export function activitiesCreate(body: { activities: readonly unknown[]; merge_by?: unknown }, of: Needs): unknown {
  const all = body.activities.every(isBare);
  return {
    ...body,
    activities: body.activities.map((activity) => (isBare(activity) ? activityOf(activity, of) : activity)),
    // Merge keys at the top are everybody's: among right activities they are right.
    ...(all && 'merge_by' in body ? { merge_by: mergeByOf(body.merge_by, body.activities, of) } : {}),
  };
}

interface Attribute {
  field_id: string;
  display_type: string;
}

function activityOf(given: Record<string, unknown> & { activity_id: string }, of: Needs): unknown {
  const id = `act:cm:${kebab(given.activity_id)}`;
  of.hint('activity', given.activity_id, id);
  // With a person's id, what stands in `fields` is the activity's own: there is no one else whose it could be.
  const inFields = Boolean(given.person_id);
  if (inFields && isObject(given.fields)) of.hint('attributes');
  const own = {
    ...(inFields && isObject(given.fields) ? given.fields : {}),
    ...(isObject(given.attributes) ? given.attributes : {}),
  };
  const definition = of.schema.activities.get(id);
  const first = (of.definitions.get(id)?.attributes ?? []) as readonly Attribute[];
  const typeOf: TypeOf = (attributeId) =>
    first.find(({ field_id }) => field_id === attributeId)?.display_type ?? definition?.attributeTypes.get(attributeId);
  const attributes = Object.entries(own).map(([name, value]) => {
    const meant = attributeMeant(name, unwrapped(value), typeOf);
    return { meant, entry: entryOf(name, value, meant, of.hint) };
  });
  if ((!definition || definition.archived) && !of.definitions.has(id)) {
    of.definitions.set(
      id,
      definitionOf(
        id,
        attributes.flatMap(({ meant }) => meant ?? []),
      ),
    );
  }
  const { fields, merge_by, ...rest } = given;
  return {
    ...rest,
    activity_id: id,
    attributes: Object.fromEntries(attributes.map(({ entry }) => entry)),
    ...(inFields || fields === undefined ? {} : { fields: fieldsOf(fields, of) }),
    ...(merge_by === undefined ? {} : { merge_by: mergeByOf(merge_by, [given], of) }),
  };
}

/** What the definition does not know has the type that the name or the value says. `int::v` is the conversion value (Ortto help, a-271). */
function attributeMeant(name: string, value: unknown, typeOf: TypeOf): Meant | undefined {
  if (name === 'int::v') return undefined;
  const custom = parseFieldId(name)?.source === 'cm';
  return custom ? { id: name, type: '' } : meantField(name, value, typeOf);
}

function definitionOf(activityId: string, attributes: readonly Meant[]): NewDefinition {
  return {
    activityId,
    name: words(activityId.slice('act:cm:'.length)),
    touch: false,
    attributes: attributes.flatMap(({ id, make }) =>
      make ? [{ name: make.name, field_id: id, display_type: make.type }] : [],
    ),
  };
}
