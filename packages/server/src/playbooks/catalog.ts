import { attributesOf, customActivityId, customFieldId, type Playbook } from '@tributary/model';
import { type Audiences, publicAudienceId } from '../audiences/index.ts';
import { type Journeys, publicJourneyId } from '../journeys/index.ts';
import type { People } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import type { Catalog } from './names.ts';

/** Fields of people that are kept beside the others, and have no colon in their ids. */
const KEPT_BESIDE = ['tags', 'a', 'c', 'e', 'f', 'l', 's', 'u'].map((id) => ({ id, name: id }));

/** As many as anybody has. */
const AUDIENCES_MAX = 10_000;

/** What names can stand for: what the workspace has, and what these playbooks declare. */
export async function loadCatalog(
  o: { db: Db; people: People; audiences: Audiences; journeys: Journeys },
  workspaceId: number,
  playbooks: readonly Pick<Playbook, 'activities' | 'fields' | 'journey'>[] = [],
): Promise<Catalog> {
  const { fields } = await o.people.schema(o.db, workspaceId);
  const definitions = await o.people.catalog.definitions(workspaceId, 'person');
  const audiences = await o.audiences.list(workspaceId, { limit: AUDIENCES_MAX, offset: 0 });
  const journeys = await o.journeys.list(o.db, workspaceId);
  const brought = new Set(playbooks.flatMap(({ journey }) => nameOf(journey)));
  const attributes = new Map(
    definitions.map((definition) => [
      definition.activityId,
      definition.attributes.map(({ field_id: id, name }) => ({ id, name })),
    ]),
  );
  for (const { name, attributes: declared } of playbooks.flatMap((each) => each.activities)) {
    const id = customActivityId(name);
    if (!attributes.has(id))
      attributes.set(
        id,
        declared.map((each) => ({ id: customFieldId(each.name, each.type), name: each.name })),
      );
  }
  const declared = playbooks
    .flatMap((each) => each.fields)
    .map(({ name, type }) => ({ id: customFieldId(name, type), name }));
  return {
    fields: [...KEPT_BESIDE, ...[...fields.values()].map(({ id, name }) => ({ id, name })), ...declared],
    attributes: (activityId) => [...(attributes.get(activityId) ?? []), ...attributesOf(activityId)],
    journeys: journeys.map((journey) => ({ id: publicJourneyId(journey), name: journey.name })),
    coming: [...brought].filter((name) => !journeys.some((journey) => journey.name === name)),
    audiences: audiences.map((audience) => ({ id: publicAudienceId(audience), name: audience.name })),
  };
}

function nameOf(journey: unknown): string[] {
  const { name } = (journey ?? {}) as { name?: unknown };
  return typeof name === 'string' ? [name] : [];
}
