import { type JourneyDefinition, journeyDefinition, listensOf, type Problem } from '@tributary/model';
import { type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { goLive, judge, wrong } from '../publish.ts';
import { insertHistory } from '../store/history.sql.ts';
import type { JourneyRow } from '../store/journey.sql.ts';
import { findDraft, updateDraft } from '../store/managed.sql.ts';
import { endStanding, moveStanding } from '../store/standing.sql.ts';
import { type Checked, checkEdit, checkedHere, outrun, refuseArchived, workedOn } from './drafts.ts';
import { changing, findManaged, type Managing, type Which } from './managing.ts';
import { type Mapping, type Moving, movingOf, passagesOf } from './passages.ts';

export interface PublishAsked {
  /** The edit of the draft that is to be published; absent: whatever it is by now. */
  edit?: number | undefined;
  /** Whoever is inside goes on in the version they began in, or is moved to the new one. */
  inside: 'stay' | 'move';
  mapping: Mapping;
  by: string;
}

export interface Published {
  journey: JourneyRow;
  /** How many were moved to the new version, and how many were let go. */
  moved: number;
  ended: number;
}

/** Makes the draft the live version. With a mapping, those inside are moved in the same transaction, each once. */
export function publishDraft(o: Managing, workspaceId: number, which: Which, asked: PublishAsked): Promise<Published> {
  const { inside, mapping, by } = asked;
  return changing(o, workspaceId, which, async (tx, before, now) => {
    refuseArchived(before);
    checkEdit(before, asked.edit);
    const draft = await findDraft(tx, before.id);
    if (draft === undefined)
      throw new UserError(
        'nothing_to_publish',
        `“${before.name}” has no draft: it is as version ${before.version} says`,
        409,
      );
    const judged = await judge(tx, o, workspaceId, draft);
    if ('problems' in judged) throw wrong(judged.problems);
    const { moving, problems } =
      inside === 'move'
        ? await movingOf(tx, o.versions, before.id, judged.journey, mapping)
        : { moving: [], problems: [] };
    if (problems.length > 0) throw mappingWrong(problems);
    const journey = await goLive(tx, o, workspaceId, judged.journey, draft, { by, keepState: true, now });
    await updateDraft(tx, before.id, { draft: undefined, from: null, by, now });
    const figures = await moveInside(tx, journey, judged.journey, moving, now);
    await insertHistory(
      tx,
      {
        journeyId: before.id,
        who: by,
        what: 'published',
        details: { version: journey.version, inside, ...told(inside, mapping, figures) },
      },
      now,
    );
    return { journey, ...figures };
  });
}

const told = (inside: 'stay' | 'move', mapping: Mapping, figures: object): object =>
  inside === 'move' ? { mapping, ...figures } : {};

async function moveInside(
  tx: Tx,
  journey: JourneyRow,
  definition: JourneyDefinition,
  moving: readonly Moving[],
  now: Date,
): Promise<{ moved: number; ended: number }> {
  if (moving.length === 0) return { moved: 0, ended: 0 };
  const version = journey.version!;
  const { activities, fields } = listensOf(definition);
  const passages = passagesOf(moving);
  const going = { passages: passages.filter(({ to }) => to !== null), now, journeyId: journey.id };
  const leaving = { ...going, passages: passages.filter(({ to }) => to === null) };
  return {
    moved: await moveStanding(tx, { ...going, version, listens: [...activities, ...fields] }),
    ended: await endStanding(tx, { ...leaving, reason: `taken out when version ${version} was published` }),
  };
}

function mappingWrong(problems: readonly Problem[]): UserError {
  const lines = problems.map(({ at, problem }) => `  ${at}: ${problem}`);
  return new UserError('mapping_wrong', `nobody was moved, and nothing published:\n${lines.join('\n')}`);
}

export interface Preview extends Checked {
  edit: number;
  moving: Moving[];
}

/** What publishing would do: what is wrong with the draft, and where those inside would go on. */
export function previewPublish(o: Managing, workspaceId: number, which: Which, mapping: Mapping): Promise<Preview> {
  return transaction(o.db, async (tx) => {
    const journey = await findManaged(tx, workspaceId, which);
    refuseArchived(journey);
    const definition = await workedOn(tx, journey);
    const checked = await checkedHere(tx, o, workspaceId, definition);
    const shown = { ...checked, warnings: [...outrun(journey), ...checked.warnings], edit: journey.draftEdit };
    const parsed = journeyDefinition.safeParse(definition);
    if (!parsed.success) return { ...shown, moving: [] };
    const { moving, problems } = await movingOf(tx, o.versions, journey.id, parsed.data, mapping);
    return { ...shown, problems: [...checked.problems, ...problems], moving };
  });
}
