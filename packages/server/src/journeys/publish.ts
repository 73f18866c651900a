import { checkJourney, entryFiltersOf, filtersOf, type JourneyDefinition, type Problem } from '@tributary/model';
import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { triggerOf } from './entry/trigger.ts';
import { type JourneyRow, upsertJourney } from './store/journey.sql.ts';
import { templatesIn } from './templates.ts';

/** Puts a journey on, as a new version; people inside go on in theirs. Throws `journey_is_wrong` with every problem. */
export async function publish(
  tx: Tx,
  of: { people: People; messages: Messages },
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
export async function problemsHere(
  tx: Tx,
  { people, messages }: { people: People; messages: Messages },
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const trigger = triggerOf(journey.entry, null);
  const { activities } = await people.schema(tx, workspaceId);
  const problems: Problem[] = [];
  if (trigger && !activities.has(trigger.activity)) {
    problems.push({
      at: 'entry.activity',
      problem: `there is no activity ${trigger.activity}: create its definition first`,
    });
  }
  for (const { at, filter } of [...entryFiltersOf(journey), ...filtersOf(journey)]) {
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
  const named = templatesIn(journey);
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
