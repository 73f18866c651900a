import { durationMs, type ShapeOf } from '@tributary/model';
import { countsByTemplate } from '../../messages/index.ts';
import type { Queryable } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { ITSELF } from '../ab/decide.ts';
import { figuresOf } from '../ab/verdict.ts';
import {
  deleteChecks,
  deleteWinner,
  findCheck,
  insertWinner,
  listWinnersOf,
  upsertCheck,
  type VariantFigures,
  type WinnerRow,
} from '../store/ab.sql.ts';
import { insertHistory } from '../store/history.sql.ts';
import type { ManagedJourney } from '../store/managed.sql.ts';
import type { Versions } from '../versions.ts';
import { changing, findManaged, type Managing, type Which } from './managing.ts';

/** An e-mail in several versions, and how they do. */
export interface Contest {
  shape: ShapeOf<'ab'>;
  variants: VariantFigures[];
  winner: WinnerRow | undefined;
  /** When it is looked next whether one has won by itself. */
  nextLook: Date | undefined;
}

async function abShape(
  db: Queryable,
  versions: Versions,
  journey: ManagedJourney,
  shapeId: string,
): Promise<ShapeOf<'ab'>> {
  const { definition } = journey.version === null ? {} : await versions.get(db, journey.id, journey.version);
  const shape = definition && Object.hasOwn(definition.shapes, shapeId) ? definition.shapes[shapeId] : undefined;
  if (shape?.kind !== 'ab')
    throw new UserError(
      'shape_not_found',
      `what is live of “${journey.name}” has no e-mail in versions "${shapeId}"`,
      404,
    );
  return shape;
}

export async function contestOf(o: Managing, workspaceId: number, which: Which, shapeId: string): Promise<Contest> {
  const journey = await findManaged(o.db, workspaceId, which);
  const shape = await abShape(o.db, o.versions, journey, shapeId);
  const [counts, winners, nextLook] = await Promise.all([
    countsByTemplate(o.db, { journeyId: journey.id, shapeId }),
    listWinnersOf(o.db, journey.id),
    findCheck(o.db, journey.id, shapeId),
  ]);
  return {
    shape,
    variants: figuresOf(shape, counts),
    winner: winners.find((each) => each.shapeId === shapeId),
    nextLook,
  };
}

/** From now on everybody gets this version of the e-mail; with null, each the one that chance gives them again. */
export function chooseWinner(
  o: Managing,
  workspaceId: number,
  which: Which,
  { shape: shapeId, variant, by }: { shape: string; variant: string | null; by: string },
): Promise<void> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    const shape = await abShape(tx, o.versions, journey, shapeId);
    await deleteChecks(tx, journey.id, { of: shapeId });
    if (variant === null) {
      const winner = (await listWinnersOf(tx, journey.id)).find((each) => each.shapeId === shapeId);
      const had = await deleteWinner(tx, journey.id, shapeId);
      // What the figures have decided they would decide again at once: they get as much time as they had.
      const more = winner?.decidedBy === ITSELF && shape.decide ? durationMs(shape.decide.after) : 0;
      if (shape.decide) await upsertCheck(tx, journey.id, shapeId, new Date(now.getTime() + more));
      if (had)
        await insertHistory(
          tx,
          { journeyId: journey.id, who: by, what: 'winner taken back', details: { shape: shapeId } },
          now,
        );
      return;
    }
    if (!shape.variants.some(({ name }) => name === variant)) {
      const names = shape.variants.map(({ name }) => `"${name}"`).join(', ');
      throw new UserError('variant_not_found', `"${shapeId}" has no version "${variant}"; it has ${names}`);
    }
    const why = 'somebody said so';
    await insertWinner(tx, journey.id, { shapeId, variant, why, figures: null, decidedBy: by, over: true, now });
    await insertHistory(
      tx,
      { journeyId: journey.id, who: by, what: 'winner chosen', details: { shape: shapeId, variant } },
      now,
    );
  });
}
