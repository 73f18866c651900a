import type { Heard, Write } from '@tributary/connector-kit';
import { type Fields, type IntakeItem, internalId, publicId } from '@tributary/model';
import type { JourneyActions, Journeys } from '../journeys/index.ts';
import { type DisplayTypes, type Messages, renderText } from '../messages/index.ts';
import type { People, PeopleRecorded } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import { signal } from '../platform/presence.ts';
import type { Connection, Connections } from './connections.ts';
import { insertWrites, listWritesAbout, type NewWrite } from './store/outbox.sql.ts';

export interface Ears {
  people: People;
  journeys: Journeys;
  connections: Connections;
  messages: Pick<Messages, 'displayTypes'>;
}

/** What people did, as far as a connector wants to tell the other side of it. */
export async function hearRecorded(tx: Tx, ears: Ears, pieces: readonly PeopleRecorded[], now: Date): Promise<void> {
  for (const connection of await ears.connections.all()) {
    const own = pieces.filter((piece) => piece.workspaceId === connection.workspaceId);
    const told = own
      .flatMap((piece) => piece.activities)
      .filter((activity) => connection.connector.hears.includes(activity.activityId));
    const unmarked = connection.connector.hearUnmarked ? own.flatMap((piece) => piece.unmarked ?? []) : [];
    if (told.length + unmarked.length === 0) continue;
    const heard = told.length > 0 ? await heardOf(tx, ears, connection.workspaceId, told) : [];
    const writes = [
      ...heard.flatMap((one) =>
        connection.connector.hear(one).map((write) => newWrite(connection, write, one.person.id, null)),
      ),
      ...(await unmarkedWrites(tx, ears, connection, { ids: unmarked, at: now })),
    ];
    await insertWrites(tx, writes, now);
    if (writes.length > 0) signal(tx, 'connection');
  }
}

/** That a mark of a bounce is gone, told where the bounce was told. */
async function unmarkedWrites(
  tx: Tx,
  ears: Ears,
  connection: Connection,
  of: { ids: readonly string[]; at: Date },
): Promise<NewWrite[]> {
  if (of.ids.length === 0) return [];
  const people = await ears.people.find(tx, connection.workspaceId, [...new Set(of.ids)]);
  const written = Map.groupBy(await listWritesAbout(tx, connection.id, [...people.keys()]), ({ personId }) => personId);
  return [...people].flatMap(([id, { fields }]) => {
    const about = { at: of.at, person: { id, fields }, written: written.get(id) ?? [] };
    const writes = fields['bol::hb'] === true ? [] : (connection.connector.hearUnmarked?.(about) ?? []);
    return writes.map((write) => newWrite(connection, write, id, null));
  });
}

async function heardOf(tx: Tx, ears: Ears, workspaceId: number, told: PeopleRecorded['activities']): Promise<Heard[]> {
  const activities = await ears.people.activities(tx, workspaceId, told);
  const people = await ears.people.find(tx, workspaceId, [...new Set(activities.map(({ personId }) => personId))]);
  const runOf = (attributes: Fields): string | undefined => {
    const run = attributes['idt::jri'];
    return typeof run === 'string' ? internalId(run, 'run') : undefined;
  };
  const runs = activities.flatMap(({ attributes }) => runOf(attributes) ?? []);
  const entries = await ears.journeys.entriesOf(tx, runs);
  return activities.map(({ id, activityId, occurredAt, attributes, personId }) => ({
    id,
    activityId,
    at: occurredAt,
    attributes,
    person: { id: personId, fields: people.get(personId)?.fields ?? {} },
    entry: entries.get(runOf(attributes) ?? ''),
  }));
}

/** The steps that journeys ask for: each becomes a write, or a failure that the timeline tells. */
export async function hearActions(tx: Tx, ears: Ears, pieces: readonly JourneyActions[], now: Date): Promise<void> {
  const connections = await ears.connections.all();
  for (const { workspaceId, actions } of pieces) {
    const people = await ears.people.find(tx, workspaceId, [...new Set(actions.map((action) => action.personId))]);
    const types = await ears.messages.displayTypes(tx, workspaceId);
    const writes: NewWrite[] = [];
    const failed: IntakeItem[] = [];
    for (const action of actions) {
      const connection = connections.find((c) => c.workspaceId === workspaceId && c.connector.id === action.connector);
      const person = { id: action.personId, fields: people.get(action.personId)?.fields ?? {} };
      const made = await makeWrite(connection, action, person, types);
      if ('skip' in made) failed.push(actionItem('act::fja', action.personId, aboutOf(action), made.skip));
      else writes.push(newWrite(connection!, { ...made, key: action.key }, action.personId, aboutOf(action)));
    }
    await insertWrites(tx, writes, now);
    if (failed.length > 0) await ears.people.recordIn(tx, workspaceId, failed);
    if (writes.length > 0) signal(tx, 'connection');
  }
}

type Action = JourneyActions['actions'][number];

async function makeWrite(
  connection: Connection | undefined,
  asked: Action,
  person: { id: string; fields: Fields },
  types: DisplayTypes,
): Promise<Omit<Write, 'key'> | { skip: string }> {
  if (!connection) return { skip: `${asked.connector} is not connected` };
  const action = connection.connector.actions[asked.action];
  if (!action) return { skip: `${connection.connector.name} knows no action "${asked.action}"` };
  try {
    const input: Record<string, unknown> = {};
    const { entry, entryActivity: entryActivityId } = asked;
    const subject = { person, entry, entryActivityId, now: new Date(asked.at) };
    for (const [name, value] of Object.entries(asked.input)) {
      input[name] = typeof value === 'string' ? await renderText(value, subject, types) : value;
    }
    const parsed = action.input.safeParse(input);
    if (!parsed.success) {
      return {
        skip: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; '),
      };
    }
    return action.write(parsed.data, { person, entry: asked.entry, requestedAt: new Date(asked.at) });
  } catch (error) {
    return { skip: messageOf(error) };
  }
}

function newWrite(connection: Connection, write: Write, personId: string, about: Fields | null): NewWrite {
  return { ...write, connectionId: connection.id, personId, about };
}

function aboutOf(action: Action): Fields {
  return {
    'idt::c': action.campaignId,
    'str::cn': action.journeyName,
    'str::jsi': action.shapeId,
    ...(action.shapeTitle ? { 'str::jst': action.shapeTitle } : {}),
    'str::pat': `${action.connector}.${action.action}`,
    'idt::jri': publicId(action.runId, 'run'),
  };
}

/** How a journey's action went, for the timeline: `act::sja` or `act::fja`, as Ortto names them. */
export function actionItem(
  activityId: 'act::sja' | 'act::fja',
  personId: string,
  about: Fields,
  log: string,
): IntakeItem {
  return {
    who: { personId },
    fields: {},
    source: 'Journey',
    activity: { id: activityId, attributes: { ...about, 'str::jsl': [...log].slice(0, 255).join('') } },
  };
}
