import { type EntityKind, type Fields, type Filter, publicId } from '@tributary/model';
import { attributeTypeOf, cellOf } from '../imports/index.ts';
import type { ActivityCursor, Bulk, Schema, WholeActivity } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { type CsvStyle, csvLines, type Format, ndjsonLines } from './write.ts';

export interface ActivitiesWanted extends CsvStyle {
  format: Format;
  from?: Date | undefined;
  /** Before, not at. */
  to?: Date | undefined;
  /** Activity ids; all there are when not given. */
  activities?: readonly string[] | undefined;
  /** Of these people, or accounts, only, by the ids inside. */
  ids?: readonly string[] | undefined;
  /** Of those of whom it is true. */
  filter?: Filter | undefined;
}

/** Whose activities they are. */
export interface Owners {
  db: Db;
  workspaceId: number;
  kind: EntityKind;
  schema: Schema;
  bulk: Pick<Bulk, 'page' | 'activities'>;
}

/** By what people know whose it is, beside the id. */
const known = { person: { field: 'str::email', key: 'email' }, account: { field: 'str:o:name', key: 'name' } } as const;

/** So many owners' activities are read together. */
const OWNERS = 100;
const PAGE = 2000;

/** What everyone wanted did, or what happened at every account, one by one, oldest first. */
export function exportActivities(of: Owners, wanted: ActivitiesWanted): AsyncGenerator<string> {
  const unknown = wanted.activities?.filter((id) => !of.schema.activities.has(id)) ?? [];
  if (unknown.length > 0) {
    throw new UserError('export_activities', `there is no activity ${unknown.slice(0, 5).join(', ')}`);
  }
  return pages(of, wanted);
}

async function* pages(of: Owners, wanted: ActivitiesWanted): AsyncGenerator<string> {
  const { db, workspaceId, kind, schema, bulk } = of;
  const { ids, filter, from, to, activities } = wanted;
  const definitionIds = activities?.map((id) => schema.activities.get(id)!.definitionId);
  const types = attributeTypesOf(schema, activities);
  if (wanted.format === 'csv')
    yield csvLines([[...headsOf(kind), ...[...types.keys()].map((id) => `attribute:${id}`)]], wanted);
  let after = '0';
  for (;;) {
    const page = await bulk.page(db, workspaceId, { ids, filter }, { after, limit: OWNERS });
    const names = new Map(page.map(({ id, fields }) => [id, String(fields[known[kind].field] ?? '')]));
    let cursor: ActivityCursor | undefined;
    do {
      const found = await bulk.activities(
        db,
        workspaceId,
        [...names.keys()],
        { from, to, definitionIds },
        { after: cursor, limit: PAGE },
      );
      const told = found.map((activity) => ({ ...activity, owner: names.get(activity.ownerId) ?? '' }));
      if (told.length > 0) {
        yield wanted.format === 'csv'
          ? csvLines(
              told.map((activity) => row(of, activity, types)),
              wanted,
            )
          : ndjsonLines(told.map((activity) => record(of, activity)));
      }
      cursor = found.length < PAGE ? undefined : found.at(-1);
    } while (cursor);
    if (page.length < OWNERS) return;
    after = page.at(-1)!.id;
  }
}

type Told = WholeActivity & { owner: string };

const headsOf = (kind: EntityKind): string[] => [
  'id',
  `${kind}_id`,
  known[kind].field,
  'activity_id',
  'activity',
  'occurred_at',
  'key',
  'source',
  'attributes',
];

/** Attributes that no definition names, and values that leave a cell empty, are together in one column, as JSON. */
function row({ kind, schema }: Owners, activity: Told, types: ReadonlyMap<string, string>): string[] {
  const activityId = schema.activityIdOf.get(activity.definitionId) ?? '';
  const { attributes } = activity;
  const others = Object.entries(attributes).filter(
    ([id, value]) => cellOf(value, types.get(id) ?? '') === '' || !types.has(id),
  );
  return [
    publicId(activity.id, 'activity'),
    publicId(activity.ownerId, kind),
    activity.owner,
    activityId,
    schema.activities.get(activityId)?.name ?? '',
    activity.occurredAt.toISOString(),
    activity.key ?? '',
    activity.source ?? '',
    others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : '',
    ...[...types].map(([id, type]) => cellOf(attributes[id], type)),
  ];
}

function record({ kind, schema }: Owners, activity: Told): object {
  const { owner, key, source } = activity;
  return {
    id: publicId(activity.id, 'activity'),
    [`${kind}_id`]: publicId(activity.ownerId, kind),
    ...(owner ? { [known[kind].key]: owner } : {}),
    activity_id: schema.activityIdOf.get(activity.definitionId),
    occurred_at: activity.occurredAt,
    ...(key === null ? {} : { key }),
    ...(source === null ? {} : { source }),
    attributes: activity.attributes satisfies Fields,
  };
}

/** The attributes that the definitions name, each with how it is written. */
function attributeTypesOf(schema: Schema, wanted: readonly string[] | undefined): Map<string, string> {
  const definitions = wanted ? wanted.map((id) => schema.activities.get(id)!) : [...schema.activities.values()];
  const ids = definitions.flatMap(({ attributeTypes }) => [...attributeTypes.keys()]);
  return new Map(ids.map((id) => [id, attributeTypeOf(schema.activities, id)]));
}
