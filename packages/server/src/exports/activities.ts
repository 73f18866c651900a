import { type Fields, type Filter, publicId } from '@tributary/model';
import { cellOf } from '../imports/index.ts';
import type { ActivityCursor, People, Schema, WholeActivity } from '../people/index.ts';
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
  /** Of these people only, by the ids inside. */
  people?: readonly string[] | undefined;
  /** Of people of whom it is true. */
  filter?: Filter | undefined;
}

/** So many people's activities are read together. */
const PEOPLE = 100;
const PAGE = 2000;

/** What everyone wanted did, person by person, oldest first. */
export async function exportActivities(
  db: Db,
  people: People,
  workspaceId: number,
  wanted: ActivitiesWanted,
): Promise<AsyncGenerator<string>> {
  const schema = await people.schema(db, workspaceId);
  const unknown = wanted.activities?.filter((id) => !schema.activities.has(id)) ?? [];
  if (unknown.length > 0) {
    throw new UserError('export_activities', `there is no activity ${unknown.slice(0, 5).join(', ')}`);
  }
  return pages(db, people, workspaceId, wanted, schema);
}

async function* pages(
  db: Db,
  people: People,
  workspaceId: number,
  wanted: ActivitiesWanted,
  schema: Schema,
): AsyncGenerator<string> {
  const { from, to, activities } = wanted;
  const definitionIds = activities?.map((id) => schema.activities.get(id)!.definitionId);
  const types = attributeTypesOf(schema, activities);
  if (wanted.format === 'csv')
    yield csvLines([[...HEADS, ...[...types.keys()].map((id) => `attribute:${id}`)]], wanted);
  let after = '0';
  for (;;) {
    const page = await people.bulk.people(
      db,
      workspaceId,
      { ids: wanted.people, filter: wanted.filter },
      { after, limit: PEOPLE },
    );
    const emails = new Map(page.map(({ id, fields }) => [id, String(fields['str::email'] ?? '')]));
    let cursor: ActivityCursor | undefined;
    do {
      const ids = [...emails.keys()];
      const found = await people.bulk.activities(
        db,
        workspaceId,
        ids,
        { from, to, definitionIds },
        { after: cursor, limit: PAGE },
      );
      const told = found.map((activity) => ({ ...activity, email: emails.get(activity.personId) ?? '' }));
      if (told.length > 0) {
        yield wanted.format === 'csv'
          ? csvLines(
              told.map((activity) => row(activity, schema, types)),
              wanted,
            )
          : ndjsonLines(told.map((activity) => record(activity, schema)));
      }
      cursor = found.length < PAGE ? undefined : found.at(-1);
    } while (cursor);
    if (page.length < PEOPLE) return;
    after = page.at(-1)!.id;
  }
}

type Told = WholeActivity & { email: string };

const HEADS = [
  'id',
  'person_id',
  'str::email',
  'activity_id',
  'activity',
  'occurred_at',
  'key',
  'source',
  'attributes',
];

/** Attributes that no definition names are together in one column, as JSON. */
function row(activity: Told, schema: Schema, types: ReadonlyMap<string, string>): string[] {
  const activityId = schema.activityIdOf.get(activity.definitionId) ?? '';
  const { attributes } = activity;
  const others = Object.entries(attributes).filter(([id]) => !types.has(id));
  return [
    publicId(activity.id, 'activity'),
    publicId(activity.personId),
    activity.email,
    activityId,
    schema.activities.get(activityId)?.name ?? '',
    activity.occurredAt.toISOString(),
    activity.key ?? '',
    activity.source ?? '',
    others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : '',
    ...[...types].map(([id, type]) => cellOf(attributes[id], type)),
  ];
}

function record(activity: Told, schema: Schema): object {
  const { email, key, source } = activity;
  return {
    id: publicId(activity.id, 'activity'),
    person_id: publicId(activity.personId),
    ...(email ? { email } : {}),
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
  return new Map(definitions.flatMap(({ attributeTypes }) => [...attributeTypes]));
}
