import { checkJourney, entryFiltersOf, filtersOf, type JourneyDefinition, type Problem } from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { problemsWithEntryHere } from './entry/problems.ts';
import { type JourneyRow, upsertJourney } from './store/journey.sql.ts';

/** Puts a journey on, as a new version; people inside go on in theirs. Throws `journey_is_wrong` with every problem. */
export async function publish(
  tx: Tx,
  of: { people: People; audiences: Audiences; messages: Messages },
  workspaceId: number,
  input: unknown,
  now: Date,
): Promise<JourneyRow> {
  const checked = checkJourney(input);
  if ('problems' in checked) throw wrong(checked.problems);
  const { journey } = checked;
  const problems = await problemsHere(tx, of, workspaceId, journey);
  if (problems.length > 0) throw wrong(problems);
  return upsertJourney(tx, workspaceId, journey, input, now);
}

/** What is wrong with a journey that is right by itself: it names what this workspace does not have. */
async function problemsHere(
  tx: Tx,
  { people, audiences, messages }: { people: People; audiences: Audiences; messages: Messages },
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const problems = await problemsWithEntryHere(tx, { people, audiences }, workspaceId, journey.entry);
  // The filter by which people enter has been asked as one of an audience, which asks more.
  const asked = journey.entry.kind === 'filter' ? [] : entryFiltersOf(journey);
  for (const { at, filter } of [...asked, ...filtersOf(journey)]) {
    problems.push(...(await people.filters.problems(tx, workspaceId, filter, at)));
  }
  return [...problems, ...(await unknownTemplates(tx, messages, workspaceId, journey))];
}

async function unknownTemplates(
  tx: Tx,
  messages: Messages,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const named = Object.entries(journey.shapes).flatMap(([id, shape]) => {
    if (shape.kind === 'email') return [{ at: `shapes.${id}.template`, template: shape.template }];
    if (shape.kind !== 'ab') return [];
    return shape.variants.map(({ template }, i) => ({ at: `shapes.${id}.variants[${i}].template`, template }));
  });
  const missing = await messages.missingTemplates(tx, workspaceId, [...new Set(named.map(({ template }) => template))]);
  return named
    .filter(({ template }) => missing.includes(template))
    .map(({ at, template }) => ({ at, problem: `there is no template "${template}"` }));
}

function wrong(problems: readonly Problem[]): UserError {
  return new UserError(
    'journey_is_wrong',
    `the journey can not be published:\n${problems.map(({ at, problem }) => `  ${at}: ${problem}`).join('\n')}`,
  );
}
