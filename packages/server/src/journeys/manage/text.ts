import { type Change, diffJourneys, journeyDefinition, lineOf } from '@tributary/model';
import { DatabaseError } from 'pg';
import { type Queryable, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { signal } from '../../platform/presence.ts';
import { insertHistory } from '../store/history.sql.ts';
import { findVersion, type VersionRow } from '../store/journey.sql.ts';
import { insertJourney, listDefinitions, type ManagedJourney, updateName } from '../store/managed.sql.ts';
import { checkedName, nameTaken, workedOn } from './drafts.ts';
import { changing, findManaged, type Managing, publicJourneyId, type Which } from './managing.ts';

/** A place in another journey that names one. */
export interface NamedIn {
  journey: string;
  id: string;
  at: string;
}

/**
 * Gives a journey another name. Runs, reports and links follow, for they know its id; texts of other journeys that name it
 * do not: they are returned.
 */
export async function rename(
  o: Managing,
  workspaceId: number,
  which: Which,
  { name: given, by }: { name: string; by: string },
): Promise<{ journey: ManagedJourney; namedIn: NamedIn[] }> {
  const name = checkedName(given);
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    if (name === journey.name) return { journey, namedIn: [] };
    if (!(await updateName(tx, journey.id, name, now))) throw nameTaken(name);
    await insertHistory(
      tx,
      { journeyId: journey.id, who: by, what: 'renamed', details: { from: journey.name, to: name } },
      now,
    );
    signal(tx, 'journey');
    return { journey: { ...journey, name }, namedIn: await whoNames(tx, workspaceId, journey) };
  }).catch((error: unknown) => {
    // Somebody took it in the same moment.
    throw isTaken(error) ? nameTaken(name) : error;
  });
}

const isTaken = (error: unknown): boolean => error instanceof DatabaseError && error.code === '23505';

/** Where live versions and drafts of the others put people into this journey, or take them out, by its name. */
async function whoNames(tx: Tx, workspaceId: number, journey: ManagedJourney): Promise<NamedIn[]> {
  const found = new Map<string, NamedIn>();
  for (const { definition, ...other } of await listDefinitions(tx, workspaceId)) {
    if (other.id === journey.id) continue;
    const { shapes } = definition as {
      shapes?: Readonly<Record<string, { kind?: unknown; journey?: unknown } | null>>;
    };
    for (const [shapeId, shape] of Object.entries(shapes ?? {})) {
      if (shape?.kind !== 'journey' || shape.journey !== journey.name) continue;
      const at = `shapes.${shapeId}.journey`;
      found.set(`${other.id}/${at}`, { journey: other.name, id: publicJourneyId(other), at });
    }
  }
  return [...found.values()];
}

/** Makes a draft that says what a journey says: what is worked on there, or what is live. */
export function duplicate(
  o: Managing,
  workspaceId: number,
  which: Which,
  { name, by }: { name: string | undefined; by: string },
): Promise<ManagedJourney> {
  const now = o.clock.now();
  return transaction(o.db, async (tx) => {
    const journey = await findManaged(tx, workspaceId, which);
    const definition = (await workedOn(tx, journey)) as object;
    const names = name === undefined ? copyNames(journey.name) : [checkedName(name)];
    for (const copy of names) {
      const made = await insertJourney(tx, workspaceId, { name: copy, draft: { ...definition, name: copy }, by, now });
      if (!made) continue;
      await insertHistory(tx, { journeyId: journey.id, who: by, what: 'duplicated', details: { to: copy } }, now);
      await insertHistory(tx, { journeyId: made.id, who: by, what: 'created', details: { from: journey.name } }, now);
      return made;
    }
    throw nameTaken(names.at(-1)!);
  });
}

const COPIES_MAX = 100;

function copyNames(name: string): string[] {
  return Array.from({ length: COPIES_MAX }, (_, i) => {
    const end = i === 0 ? ' (copy)' : ` (copy ${i + 1})`;
    return `${name.slice(0, 255 - end.length)}${end}`;
  });
}

/** Which text of a journey: a version by its number, the one that is live, or what is worked on. */
export type TextName = number | 'live' | 'draft';

export interface Difference {
  from: TextName;
  to: TextName;
  changes: Change[];
  /** The same, a line each, for people. */
  lines: string[];
}

export async function difference(
  o: Managing,
  workspaceId: number,
  which: Which,
  { from, to }: { from: TextName; to: TextName },
): Promise<Difference> {
  const journey = await findManaged(o.db, workspaceId, which);
  const changes = diffJourneys(await textOf(o.db, journey, from), await textOf(o.db, journey, to));
  return { from, to, changes, lines: changes.map(lineOf) };
}

async function textOf(db: Queryable, journey: ManagedJourney, name: TextName): Promise<unknown> {
  if (name === 'draft') return workedOn(db, journey);
  if (name !== 'live') return (await versionOf(db, journey, name)).definition;
  if (journey.version === null) throw new UserError('version_not_found', `“${journey.name}” was never published`, 404);
  return (await versionOf(db, journey, journey.version)).definition;
}

async function versionOf(db: Queryable, journey: ManagedJourney, version: number): Promise<VersionRow> {
  const row = version > 0 ? await findVersion(db, journey.id, version) : undefined;
  if (!row) throw new UserError('version_not_found', `“${journey.name}” has no version ${version}`, 404);
  return row;
}

/** A published version, as it was given and with all that it leaves out. */
export async function readVersion(o: Managing, workspaceId: number, which: Which, version: number) {
  const journey = await findManaged(o.db, workspaceId, which);
  const { definition } = await versionOf(o.db, journey, version);
  return { journey, version, given: definition, definition: journeyDefinition.parse(definition) };
}
