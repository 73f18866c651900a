import {
  askedAbout,
  entryFiltersOf,
  filtersOf,
  isMembershipOperator,
  type JourneyDefinition,
  type JourneyEntry,
  leavesOf,
  type Problem,
} from '@tributary/model';
import type { Schema } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { listJourneys } from '../store/journey.sql.ts';
import { type Managing, publicJourneyId } from './managing.ts';

/** What a journey names that this workspace does not have, or has as something else: it goes on without. */
export async function notThere(
  tx: Tx,
  o: Managing,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  return [
    ...(await topics(tx, o, workspaceId, journey)),
    ...(await memberships(tx, o, workspaceId, journey)),
    ...(await dates(tx, o, workspaceId, journey)),
    ...(await connectors(o, workspaceId, journey)),
    ...(await beginnings(tx, o, workspaceId, journey)),
  ];
}

async function topics(tx: Tx, o: Managing, workspaceId: number, { sending, shapes }: JourneyDefinition) {
  const placed = [
    { at: 'sending.topic', topic: sending?.topic },
    ...Object.entries(shapes).map(([id, shape]) => ({
      at: `shapes.${id}.sending.topic`,
      topic: 'sending' in shape ? shape.sending?.topic : undefined,
    })),
  ].flatMap(({ at, topic }) => (topic === undefined ? [] : [{ at, topic }]));
  const named = placed.map(({ topic }) => topic);
  const missing = await o.audiences.missing(tx, workspaceId, named);
  return placed
    .filter(({ topic }) => missing.includes(topic))
    .map(({ at, topic }) => ({
      at,
      problem: `there is no audience “${topic}”, or it is archived: the mail is not sent, and that is recorded`,
    }));
}

/** Conditions go by ids, which names are not, except in texts that are pushed. */
async function memberships(tx: Tx, o: Managing, workspaceId: number, journey: JourneyDefinition) {
  const asked = [...entryFiltersOf(journey), ...filtersOf(journey)].flatMap(({ at, filter }) =>
    leavesOf(filter).flatMap((leaf) => {
      const id = isMembershipOperator(leaf.operator) ? askedAbout(leaf) : undefined;
      return id === undefined ? [] : [{ at, id, ofJourney: leaf.operator.includes('_campaign') }];
    }),
  );
  if (asked.length === 0) return [];
  const audiences = asked.filter(({ ofJourney }) => !ofJourney).map(({ id }) => id);
  const missing = await o.audiences.missingById(tx, workspaceId, audiences);
  const notNamed = await o.audiences.missing(tx, workspaceId, missing);
  const journeys = await listJourneys(tx, workspaceId);
  const ids = new Set(journeys.map(publicJourneyId));
  return asked.flatMap(({ at, id, ofJourney }): Problem[] => {
    if (ofJourney ? ids.has(id) : !missing.includes(id)) return [];
    const what = ofJourney ? 'journey' : 'audience';
    const named = ofJourney ? journeys.find(({ name }) => name === id) : undefined;
    if (named)
      return [{ at, problem: `asks for the journey “${id}” by its name: write its id, ${publicJourneyId(named)}` }];
    return !ofJourney && !notNamed.includes(id)
      ? [{ at, problem: `asks for the audience “${id}” by its name: write its id` }]
      : [{ at, problem: `there is no ${what} “${id}”: as if nobody were in it` }];
  });
}

async function dates(tx: Tx, o: Managing, workspaceId: number, { shapes }: JourneyDefinition) {
  const { fields } = await o.people.schema(tx, workspaceId);
  const problems: Problem[] = [];
  for (const [id, shape] of Object.entries(shapes)) {
    if (shape.kind !== 'delay' || shape.until?.of !== 'person') continue;
    const { field } = shape.until;
    const at = `shapes.${id}.until.field`;
    const asked = { $has_any_value: { field_id: field } };
    // Fields that the server keeps, such as when somebody was made, are not in the schema; they are times.
    const type = fields.get(field)?.displayType ?? 'time';
    if ((await o.people.filters.problems(tx, workspaceId, asked, at)).length > 0)
      problems.push({ at, problem: `there is no field ${field}: nobody waits for it` });
    else if (type !== 'date' && type !== 'time')
      problems.push({ at, problem: `${field} holds no date and no time: nobody waits for it` });
  }
  return problems;
}

async function connectors(o: Managing, workspaceId: number, { shapes }: JourneyDefinition): Promise<Problem[]> {
  const named = Object.entries(shapes).flatMap(([id, shape]) => (shape.kind === 'action' ? [{ id, shape }] : []));
  if (named.length === 0 || !o.connected) return [];
  const connected = await o.connected(workspaceId);
  return named
    .filter(({ shape }) => !connected.has(shape.connector))
    .map(({ id, shape: { connector, onFailure = 'skip' } }) => ({
      at: `shapes.${id}.connector`,
      problem: `${connector} is not connected: the step ${WITHOUT[onFailure]}, and that is recorded`,
    }));
}

const WITHOUT = {
  skip: 'is skipped',
  retry: 'is tried three times and then skipped',
  exit: 'fails and everybody leaves there',
} as const;

/** What a condition with `same` compares, and the journey can not begin with. By hand and by a call it may all the same. */
async function beginnings(tx: Tx, o: Managing, workspaceId: number, journey: JourneyDefinition): Promise<Problem[]> {
  const { activities } = await o.people.schema(tx, workspaceId);
  const lacks = lacking(journey.entry, activities);
  return filtersOf(journey).flatMap(({ at, filter }) =>
    leavesOf(filter).flatMap(({ fieldId, same = [] }) =>
      same.filter(lacks).map((id) => ({
        at,
        problem: `"same" of ${fieldId} compares ${id}, which the journey does not begin with: what has it is never the same`,
      })),
    ),
  );
}

function lacking(entry: JourneyEntry, activities: Schema['activities']): (attribute: string) => boolean {
  switch (entry.kind) {
    case 'direct':
      return () => false;
    case 'activity': {
      const known = activities.get(entry.activity)?.attributeTypes;
      // One that is defined without attributes is recorded with whatever comes.
      return (id) => known !== undefined && known.size > 0 && isCustom(id) && !known.has(id);
    }
    case 'tag':
    case 'audience':
      return isCustom;
    default:
      return () => true;
  }
}

const isCustom = (id: string): boolean => id.includes(':cm:');
