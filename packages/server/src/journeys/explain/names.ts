import { attributesOf, type Names } from '@tributary/model';
import { type Audiences, publicAudienceId } from '../../audiences/index.ts';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';

const AUDIENCES_MAX = 2000;

/** What a workspace calls its fields, activities, attributes and audiences. */
export async function loadNames(
  o: { db: Db; people: People; audiences: Audiences },
  workspaceId: number,
): Promise<Names> {
  const schema = await o.people.schema(o.db, workspaceId);
  const definitions = await o.people.catalog.definitions(workspaceId, 'person');
  const audiences = await o.audiences.list(workspaceId, { limit: AUDIENCES_MAX, offset: 0 });
  const custom = new Map(
    definitions.flatMap(({ activityId, attributes }) =>
      attributes.map((attribute) => [`${activityId} ${attribute.field_id}`, attribute.name] as const),
    ),
  );
  const groups = new Map(audiences.map((audience) => [publicAudienceId(audience), audience.name]));
  return {
    field: (id) => schema.fields.get(id)?.name,
    activity: (id) => schema.activities.get(id)?.name,
    attribute: (activityId, id) =>
      custom.get(`${activityId} ${id}`) ?? attributesOf(activityId).find((attribute) => attribute.id === id)?.name,
    group: (id) => groups.get(id),
  };
}
