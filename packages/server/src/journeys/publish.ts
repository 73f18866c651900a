import { checkJourney, entryFiltersOf, filtersOf, type JourneyDefinition, type Problem } from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { signal } from '../platform/presence.ts';
import { followVersion } from './ab/decide.ts';
import { problemsByItself } from './by-itself.ts';
import { problemsWithCircle } from './entry/circle.ts';
import { problemsWithEntryHere } from './entry/problems.ts';
import { problemsWithUpdates } from './setting.ts';
import { insertHistory } from './store/history.sql.ts';
import { lockJourney } from './store/hold.sql.ts';
import { type JourneyRow, upsertJourney } from './store/journey.sql.ts';
import { findManagedByName } from './store/managed.sql.ts';
import { releaseHeld, wakeStanding } from './store/release.sql.ts';
import { templatesIn } from './templates.ts';

/** What a definition is judged by. */
export interface Judging {
  people: People;
  audiences: Audiences;
  messages: Messages;
  /** What is wrong with the steps that connectors are to take. */
  actionProblems?: ((shapes: Readonly<Record<string, unknown>>) => Problem[]) | undefined;
}

/** What follows from a version that is live beside what this room's definitions say. */
export interface Following {
  /** Brings what is kept for the sake of the entry in line with the journey. */
  keep(tx: Tx, journeyId: number): Promise<void>;
}

/** Who acts where nobody says otherwise. */
export const COMMAND_LINE = 'command line';

/** Puts a journey on, as a new version; people inside go on in theirs. Throws `journey_is_wrong` with every problem. */
export async function publish(
  tx: Tx,
  of: Judging & Following,
  workspaceId: number,
  input: unknown,
  now: Date,
  by: string = COMMAND_LINE,
): Promise<JourneyRow> {
  const judged = await judge(tx, of, workspaceId, input);
  if ('problems' in judged) throw wrong(judged.problems);
  const journey = await goLive(tx, of, workspaceId, judged.journey, input, { by, keepState: false, now });
  const details = { version: journey.version };
  await insertHistory(tx, { journeyId: journey.id, who: by, what: 'published', details }, now);
  return journey;
}

/** Makes a definition that was judged the live version. With `keepState`, what is paused, or lets nobody in, stays so. */
export async function goLive(
  tx: Tx,
  { keep, audiences, messages }: Following & Pick<Judging, 'audiences' | 'messages'>,
  workspaceId: number,
  definition: JourneyDefinition,
  given: unknown,
  how: { by: string; keepState: boolean; now: Date },
): Promise<JourneyRow> {
  const before = await findManagedByName(tx, workspaceId, definition.name);
  if (before) await lockJourney(tx, before.id);
  // Looked at once more, now that nobody changes audiences.
  const circle = await problemsWithCircle(tx, { audiences }, workspaceId, definition, { lock: true });
  if (circle.length > 0) throw wrong(circle);
  const journey = await upsertJourney(tx, workspaceId, definition, given, how);
  await followVersion(tx, journey.id, definition, how);
  // Before any run is locked: news, too, holds the audiences first.
  await keep(tx, journey.id);
  // Some are kept at shapes that this version switches on, or by a pause that ends with it.
  const released = journey.state === 'paused' ? 0 : await releaseHeld(tx, journey.id, how.now);
  // Whoever waits where it switches off is held from now on, and not from when their wait is over.
  const off = Object.entries(definition.shapes).flatMap(([id, shape]) => (shape.off ? [id] : []));
  if ((await wakeStanding(tx, journey.id, off, how.now)) + released > 0) signal(tx, 'run');
  await messages.lookAnew(tx, workspaceId);
  return journey;
}

/** A definition that is right here, or everything that is wrong with it. */
export async function judge(
  tx: Tx,
  of: Judging,
  workspaceId: number,
  input: unknown,
): Promise<{ journey: JourneyDefinition } | { problems: Problem[] }> {
  const checked = checkJourney(input);
  if ('problems' in checked) return checked;
  const problems = await problemsHere(tx, of, workspaceId, checked.journey);
  return problems.length > 0 ? { problems } : checked;
}

/** What is wrong with a journey that is right by itself: it names what this workspace does not have. */
export async function problemsHere(
  tx: Tx,
  { people, audiences, messages, actionProblems }: Judging,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const problems = problemsByItself(journey);
  problems.push(...(await problemsWithEntryHere(tx, { people, audiences }, workspaceId, journey.entry)));
  // The filter by which people enter has been asked as one of an audience, which asks more.
  const asked = journey.entry.kind === 'filter' ? [] : entryFiltersOf(journey);
  for (const { at, filter } of [...asked, ...filtersOf(journey)]) {
    problems.push(...(await people.filters.problems(tx, workspaceId, filter, at)));
  }
  return [
    ...problems,
    ...(await problemsWithCircle(tx, { audiences }, workspaceId, journey, { lock: false })),
    ...(await unknownTemplates(tx, messages, workspaceId, journey)),
    ...(actionProblems?.(journey.shapes) ?? []),
    ...problemsWithUpdates(await people.schema(tx, workspaceId), journey),
  ];
}

async function unknownTemplates(
  tx: Tx,
  messages: Messages,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const named = templatesIn(journey);
  const missing = await messages.missingTemplates(tx, workspaceId, [...new Set(named.map(({ template }) => template))]);
  return named
    .filter(({ template }) => missing.includes(template))
    .map(({ at, template }) => ({ at, problem: `there is no template "${template}"` }));
}

export function wrong(problems: readonly Problem[]): UserError {
  return new UserError(
    'journey_is_wrong',
    `the journey can not be published:\n${problems.map(({ at, problem }) => `  ${at}: ${problem}`).join('\n')}`,
  );
}
