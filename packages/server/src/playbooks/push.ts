import { customActivityId, customFieldId, journeyDefinition, type Playbook, type Problem } from '@tributary/model';
import type { JourneyRow, WholeJourney } from '../journeys/index.ts';
import { type Tx, transaction } from '../platform/database/pool.ts';
import { journeyFault } from './book.ts';
import { type Difference, differences, isSame } from './differences.ts';
import { refuseIf } from './fault.ts';
import type { Library } from './read.ts';
import { type Shelf, type Wanted, type WantedJourney, wantedJourney, wantedOf } from './wanted.ts';

/** What a push did, or would do. */
export interface Pushed {
  what: 'field' | 'activity' | 'template' | 'journey';
  name: string;
  did: 'new' | 'changed' | 'unchanged';
  /** Of a journey. */
  version?: number | undefined;
  state?: JourneyRow['state'] | undefined;
  differences?: Difference[];
  /** What is hardly meant. */
  warnings?: Problem[];
}

class OnlyTried extends Error {
  readonly pushed: Pushed[];

  constructor(pushed: Pushed[]) {
    super('nothing is kept of it');
    this.pushed = pushed;
  }
}

/**
 * Makes the workspace have what the files say, all of it or nothing: fields and activities that are missing, templates,
 * and a new version of each journey that differs. With `dryRun` nothing is kept. Throws a `UserError` with every fault.
 */
export async function push(
  shelf: Shelf,
  workspaceId: number,
  library: Library,
  { dryRun }: { dryRun: boolean },
): Promise<Pushed[]> {
  const wanted = await wantedOf(shelf, workspaceId, library);
  // What the workspace lacks for them is told once they are right by themselves: a template may be in a file that is wrong.
  if (library.faults.length > 0) refuseIf([...library.faults, ...wanted.journeys.flatMap(({ faults }) => faults)]);
  try {
    return await transaction(shelf.db, async (tx) => {
      const pushed = await pushAll(tx, shelf, workspaceId, wanted);
      if (dryRun) throw new OnlyTried(pushed);
      return pushed;
    });
  } catch (error) {
    if (error instanceof OnlyTried) return error.pushed;
    throw error;
  } finally {
    // What it had defined may not be there after all.
    shelf.people.forgetSchema();
  }
}

async function pushAll(tx: Tx, shelf: Shelf, workspaceId: number, wanted: Wanted): Promise<Pushed[]> {
  const { journeys: all, reserved } = await withComing(tx, shelf, workspaceId, wanted);
  const playbooks = wanted.journeys.map(({ book }) => book.playbook);
  const pushed: Pushed[] = await define(tx, shelf, workspaceId, playbooks);
  const stored = await shelf.messages.templatesNamed(tx, workspaceId, [...wanted.templates.keys()]);
  for (const [name, { template }] of wanted.templates) {
    const before = stored.get(name);
    if (before && isSame(before, template)) continue;
    await shelf.messages.putTemplate(tx, workspaceId, name, template);
    pushed.push({ what: 'template', name, did: before ? 'changed' : 'new' });
  }
  const faults = [];
  for (const { book, journey, definition, faults: own, astray } of all) {
    const problems = [
      ...(await shelf.journeys.definitions.problems(tx, workspaceId, journey)),
      ...shelf.connectors.problemsWith(definition.shapes),
    ];
    // Of a part with a name that is nothing, that is all there is to say.
    const others = problems.filter(({ at }) => !astray.some((place) => isWithin(place, at) || isWithin(at, place)));
    faults.push(...own, ...others.map((problem) => journeyFault(book.source, problem)));
  }
  refuseIf(faults);
  const journeys = [];
  for (const each of all) journeys.push(await pushJourney(tx, shelf, workspaceId, each, reserved));
  // Once all are there: they may name each other.
  for (const [i, { journey }] of all.entries()) {
    const { warnings } = await shelf.journeys.manage.checkIn(tx, workspaceId, journey);
    pushed.push({ ...journeys[i]!, warnings });
  }
  return pushed;
}

/** Whether a place in a journey is another, or a part of it. */
const isWithin = (place: string, whole: string): boolean =>
  place === whole || place.startsWith(`${whole}.`) || place.startsWith(`${whole}[`);

/** The journeys, with ids for those that they name and that come with them, in whatever order: their ids are had beforehand. */
async function withComing(
  tx: Tx,
  { journeys }: Shelf,
  workspaceId: number,
  wanted: Wanted,
): Promise<{ journeys: readonly WantedJourney[]; reserved: ReadonlySet<string> }> {
  const names = new Set(wanted.journeys.flatMap(({ coming }) => coming));
  if (names.size === 0) return { journeys: wanted.journeys, reserved: names };
  const known = [];
  for (const name of names) known.push({ id: await journeys.definitions.reserve(tx, workspaceId, name), name });
  const catalog = { ...wanted.catalog, journeys: [...wanted.catalog.journeys, ...known], coming: [] };
  const looked = wanted.journeys.map((each) => (each.coming.length > 0 ? wantedJourney(each.book, catalog) : each));
  return { journeys: looked, reserved: names };
}

async function pushJourney(
  tx: Tx,
  { journeys }: Shelf,
  workspaceId: number,
  { journey, definition }: WantedJourney,
  reserved: ReadonlySet<string>,
): Promise<Pushed> {
  const { name } = definition;
  const before = reserved.has(name) ? undefined : await journeys.definitions.find(tx, workspaceId, name);
  const changes = differences(parsed(before), definition);
  if (before && before.version !== null && changes.length === 0) {
    return { what: 'journey', name, did: 'unchanged', version: before.version, state: before.state };
  }
  const row = await journeys.publish(tx, workspaceId, journey);
  const told = { what: 'journey', name, version: row.version ?? undefined, state: row.state } as const;
  return before ? { ...told, did: 'changed', differences: changes } : { ...told, did: 'new' };
}

/** The live definition with what may be left out, so that two ways to say the same are the same. */
export function parsed(journey: WholeJourney | undefined): unknown {
  return journey?.definition ? journeyDefinition.parse(journey.definition) : undefined;
}

/** Makes the fields and the activities that playbooks declare, where they are not there. */
export async function define(
  tx: Tx,
  { people }: Pick<Shelf, 'people'>,
  workspaceId: number,
  playbooks: readonly Playbook[],
): Promise<Pushed[]> {
  const made = await people.defineIn(tx, workspaceId, {
    fields: playbooks.flatMap(({ fields }) =>
      fields.map(({ name, type, choices }) => ({ name, type, ...(choices ? { choices } : {}) })),
    ),
    definitions: activitiesOf(playbooks),
  });
  return [
    ...made.fields.map((name): Pushed => ({ what: 'field', name, did: 'new' })),
    ...made.activities.map((name): Pushed => ({ what: 'activity', name, did: 'new' })),
  ];
}

/** Each once: two playbooks may need the same. */
function activitiesOf(playbooks: readonly Playbook[]) {
  const activities = playbooks.flatMap((each) => each.activities);
  return [...new Map(activities.map((each) => [customActivityId(each.name), each]))].map(
    ([activityId, { name, touch, attributes }]) => ({
      ...{ activityId, name, touch },
      attributes: attributes.map((each) => ({
        name: each.name,
        field_id: customFieldId(each.name, each.type),
        display_type: each.type,
      })),
    }),
  );
}
