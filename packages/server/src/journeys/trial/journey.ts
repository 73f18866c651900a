import {
  checkJourney,
  entryFiltersOf,
  type Fields,
  filtersOf,
  type JourneyDefinition,
  leavesOf,
  objectId,
} from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { findWholeJourney, type WholeJourney } from '../store/trial.sql.ts';
import { type Version, versionOf } from '../versions.ts';
import type { SimulateInput } from './input.ts';

/** The journey of a simulation. */
export interface Tried {
  version: Version;
  /** The journey of that name which is there, if one is: its chances and earlier runs are this one's. */
  existing: WholeJourney | undefined;
  told: { name: string; id?: string; version?: number; draft?: true; given?: true };
}

/** Finds the journey, or takes the definition that is given. Throws a `UserError` where there is none, or it is wrong. */
export async function loadTried(
  db: Db,
  workspaceId: number,
  { journey, draft }: Pick<SimulateInput, 'journey' | 'draft'>,
): Promise<Tried> {
  if (typeof journey === 'object') {
    const definition = checked(journey);
    const existing = await findWholeJourney(db, workspaceId, definition.name);
    return {
      version: versionFor(workspaceId, definition, existing),
      existing,
      told: { name: definition.name, given: true },
    };
  }
  const existing = await findWholeJourney(db, workspaceId, journey);
  if (!existing) throw new UserError('journey_not_found', `there is no journey "${journey}": see "journeys list"`, 404);
  const { name, version, createdAt, id } = existing;
  const useDraft = draft || version === null;
  const given = useDraft ? existing.draft : existing.definition;
  if (given === null) throw new UserError('journey_has_no_draft', `"${name}" has no draft: it is as it is live`, 409);
  return {
    version: versionFor(workspaceId, checked(given), existing),
    existing,
    told: { name, id: objectId(createdAt, id), ...(useDraft ? { draft: true } : { version: version! }) },
  };
}

function checked(given: unknown): JourneyDefinition {
  const result = checkJourney(given);
  if ('journey' in result) return result.journey;
  const problems = result.problems.map(({ at, problem }) => `  ${at}: ${problem}`);
  throw new UserError('journey_is_wrong', `the journey can not be played:\n${problems.join('\n')}`);
}

function versionFor(workspaceId: number, definition: JourneyDefinition, existing: WholeJourney | undefined): Version {
  return versionOf({
    ...{ workspaceId, definition, name: definition.name },
    journeyId: existing?.id ?? 0,
    version: existing?.version ?? 0,
    createdAt: existing?.createdAt ?? new Date(0),
  });
}

/** What goes without saying of what starts the run: which audience, which tag. */
export function impliedEntry({ version: { definition }, existing }: Tried): Fields {
  const { entry } = definition;
  if (entry.kind === 'tag') return { 'str::n': entry.tag };
  const audience = entry.kind === 'audience' ? entry.audience : existing?.entryAudience;
  return audience ? { 'idt::a': audience } : {};
}

/** The activities that the journey speaks of, whether or not they are there: the push may make them. */
export function activitiesNamed({ definition, trigger }: Version): string[] {
  const asked = filtersOf(definition).flatMap(({ filter }) => leavesOf(filter));
  return [...(trigger ? [trigger.activity] : []), ...asked.map(({ fieldId }) => fieldId)];
}

/** What the workspace does not have, though the journey names it: to be told, as it may be made by the push. */
export async function missingHere(
  o: { db: Db; people: People; connected?: (workspaceId: number) => Promise<ReadonlySet<string>> },
  workspaceId: number,
  { definition, trigger }: Version,
): Promise<string[]> {
  const { activities } = await o.people.schema(o.db, workspaceId);
  const missing = await notConnected(o, workspaceId, definition);
  if (trigger && !activities.has(trigger.activity)) missing.push(`there is no activity ${trigger.activity} yet`);
  for (const { at, filter } of [...entryFiltersOf(definition), ...filtersOf(definition)]) {
    const problems = await o.people.filters.problems(o.db, workspaceId, filter, at);
    missing.push(...problems.map((problem) => `${problem.at}: ${problem.problem}`));
  }
  return [...new Set(missing)];
}

async function notConnected(
  { connected }: Parameters<typeof missingHere>[0],
  workspaceId: number,
  { shapes }: JourneyDefinition,
): Promise<string[]> {
  const named = new Set(Object.values(shapes).flatMap((shape) => (shape.kind === 'action' ? [shape.connector] : [])));
  if (named.size === 0 || !connected) return [];
  const there = await connected(workspaceId);
  return [...named]
    .filter((connector) => !there.has(connector))
    .map(
      (connector) =>
        `${connector} is not connected: its steps would fail, and are played as if they went well, unless "fail" names them`,
    );
}
