import { activitiesIn, checkJourney, filtersOf, type JourneyDefinition, type Problem } from '@tributary/model';
import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { type JourneyRow, upsertJourney } from './store/journey.sql.ts';

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
  const problems = [
    ...(await unknownActivities(tx, of.people, workspaceId, journey)),
    ...(await unknownTemplates(tx, of.messages, workspaceId, journey)),
  ];
  if (problems.length > 0) throw wrong(problems);
  return upsertJourney(tx, workspaceId, journey, now);
}

async function unknownActivities(
  tx: Tx,
  people: People,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const { activities } = await people.schema(tx, workspaceId);
  const named = [
    { at: 'entry.activity', id: journey.entry.activity },
    ...filtersOf(journey).flatMap(({ at, filter }) => activitiesIn(filter).map((id) => ({ at, id }))),
  ];
  return named
    .filter(({ id }) => !activities.has(id))
    .map(({ at, id }) => ({ at, problem: `there is no activity ${id}: create its definition first` }));
}

async function unknownTemplates(
  tx: Tx,
  messages: Messages,
  workspaceId: number,
  journey: JourneyDefinition,
): Promise<Problem[]> {
  const emails = Object.entries(journey.shapes).flatMap(([id, shape]) =>
    shape.kind === 'email' ? [{ at: `shapes.${id}.template`, template: shape.template }] : [],
  );
  const missing = await messages.missingTemplates(tx, workspaceId, [...new Set(emails.map((email) => email.template))]);
  return emails
    .filter(({ template }) => missing.includes(template))
    .map(({ at, template }) => ({ at, problem: `there is no template "${template}"` }));
}

function wrong(problems: readonly Problem[]): UserError {
  return new UserError(
    'journey_is_wrong',
    `the journey can not be published:\n${problems.map(({ at, problem }) => `  ${at}: ${problem}`).join('\n')}`,
  );
}
