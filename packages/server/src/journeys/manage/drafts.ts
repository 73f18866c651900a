import { isStorable, type Problem, warningsOf } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';
import { transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { judge } from '../publish.ts';
import { insertHistory, noteEditing } from '../store/history.sql.ts';
import { findVersion, listJourneys } from '../store/journey.sql.ts';
import { findDraft, insertJourney, type ManagedJourney, updateDraft } from '../store/managed.sql.ts';
import { CHANNELS } from './channels.ts';
import { changing, findManaged, type Managing, type Which } from './managing.ts';
import { notThere } from './not-there.ts';
import { notesOnTemplates } from './template-notes.ts';

/** A definition as it is worked on: it may be wrong. */
export type Draft = Readonly<Record<string, unknown>>;

/** What is worked on, or what is live where nothing is. */
export interface DraftNow {
  journey: ManagedJourney;
  definition: unknown;
}

const NAME_MAX = 255;

/** A name as journeys have it. */
export function checkedName(name: unknown): string {
  const trimmed = typeof name === 'string' ? name.trim() : '';
  if (trimmed === '' || trimmed.length > NAME_MAX || !isStorable(trimmed))
    throw new UserError('journey_name', `a journey has a name of 1 to ${NAME_MAX} characters`);
  return trimmed;
}

export const nameTaken = (name: string): UserError =>
  new UserError('journey_name_taken', `there is a journey “${name}” already`, 409);

/** Makes a journey that is a draft. */
export function createDraft(o: Managing, workspaceId: number, draft: Draft, by: string): Promise<ManagedJourney> {
  const name = checkedName(draft.name);
  const now = o.clock.now();
  return transaction(o.db, async (tx) => {
    const made = await insertJourney(tx, workspaceId, { name, draft: { ...draft, name }, by, now });
    if (!made) throw nameTaken(name);
    await insertHistory(tx, { journeyId: made.id, who: by, what: 'created' }, now);
    return made;
  });
}

export async function readDraft(o: Managing, workspaceId: number, which: Which): Promise<DraftNow> {
  const journey = await findManaged(o.db, workspaceId, which);
  return { journey, definition: await workedOn(o.db, journey) };
}

/** The draft, or the live version where there is none. */
export async function workedOn(db: Queryable, journey: ManagedJourney): Promise<unknown> {
  const draft = await findDraft(db, journey.id);
  if (draft !== undefined || journey.version === null) return draft;
  return (await findVersion(db, journey.id, journey.version))!.definition;
}

/** Saves the draft as a whole, if nobody has done anything to it since the edit that the writer has seen. */
export function saveDraft(
  o: Managing,
  workspaceId: number,
  which: Which,
  { draft, edit, by }: { draft: Draft; edit: number; by: string },
): Promise<number> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    refuseArchived(journey);
    checkEdit(journey, edit);
    if (draft.name !== undefined && checkedName(draft.name) !== journey.name)
      throw new UserError(
        'journey_name',
        `the draft is one of “${journey.name}”: to give it another name, rename the journey`,
      );
    const from = journey.hasDraft ? journey.draftFrom : journey.version;
    await updateDraft(tx, journey.id, { draft: { ...draft, name: journey.name }, from, by, now });
    await noteEditing(tx, journey.id, by, now);
    return journey.draftEdit + 1;
  });
}

/** Takes the draft away: what is live is what is worked on. */
export function discardDraft(
  o: Managing,
  workspaceId: number,
  which: Which,
  { edit, by }: { edit: number | undefined; by: string },
): Promise<void> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    refuseArchived(journey);
    checkEdit(journey, edit);
    if (journey.version === null)
      throw new UserError('journey_state', `“${journey.name}” was never published: archive it instead`, 409);
    if (!journey.hasDraft) return;
    const draft =
      journey.state === 'draft' ? (await findVersion(tx, journey.id, journey.version))!.definition : undefined;
    await updateDraft(tx, journey.id, { draft, from: journey.version, by, now });
    await insertHistory(tx, { journeyId: journey.id, who: by, what: 'draft discarded' }, now);
  });
}

export function checkEdit(journey: ManagedJourney, edit: number | undefined): void {
  if (edit === undefined || edit === journey.draftEdit) return;
  const who = journey.draftEditedBy ? ` by ${journey.draftEditedBy}` : '';
  throw new UserError(
    'draft_changed',
    `the draft of “${journey.name}” was changed${who} since you read it (edit ${journey.draftEdit}, yours is of ${edit}): read it again`,
    409,
  );
}

export function refuseArchived({ name, state }: ManagedJourney): void {
  if (state === 'archived') throw new UserError('journey_state', `“${name}” is archived: bring it back first`, 409);
}

export interface Checked {
  problems: Problem[];
  warnings: Problem[];
}

/** Everything that keeps a definition from being published, and what is hardly meant. Of one that is wrong only the problems. */
export function checkDefinition(o: Managing, workspaceId: number, definition: unknown): Promise<Checked> {
  return transaction(o.db, (tx) => checkedHere(tx, o, workspaceId, definition));
}

/** The same for what is worked on, beside what has become of the live version meanwhile. */
export async function checkDraft(o: Managing, workspaceId: number, which: Which): Promise<Checked & { edit: number }> {
  const { journey, definition } = await readDraft(o, workspaceId, which);
  const checked = await checkDefinition(o, workspaceId, definition);
  return { ...checked, warnings: [...outrun(journey), ...checked.warnings], edit: journey.draftEdit };
}

export async function checkedHere(tx: Tx, o: Managing, workspaceId: number, definition: unknown): Promise<Checked> {
  const judged = await judge(tx, o, workspaceId, definition);
  if ('problems' in judged) return { problems: judged.problems, warnings: [] };
  const { fields } = await o.people.schema(tx, workspaceId);
  const journeys = new Set((await listJourneys(tx, workspaceId)).map(({ name }) => name));
  const around = { channels: CHANNELS, journeys, hasField: (id: string) => fields.has(id) };
  const missing = await notThere(tx, o, workspaceId, judged.journey);
  const notes = await notesOnTemplates(tx, o, workspaceId, judged.journey);
  return { problems: [], warnings: [...warningsOf(judged.journey, around), ...missing, ...notes] };
}

/** Somebody has published a version since the draft was begun, which the draft knows nothing of. */
export function outrun({ hasDraft, draftFrom, version }: ManagedJourney): Problem[] {
  if (!hasDraft || draftFrom === version || version === null) return [];
  const since = draftFrom === null ? 'since it was begun' : `, and it was begun from version ${draftFrom}`;
  return [
    {
      at: 'draft',
      problem: `version ${version} was published beside it ${since}: look at the difference`.replace(' ,', ','),
    },
  ];
}
