import type { JourneyDefinition, ShapeOf } from '@tributary/model';
import { countsByTemplate } from '../../messages/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import type { Turn } from '../../platform/loop.ts';
import {
  type CheckRow,
  claimChecks,
  deleteChecks,
  deleteWinner,
  insertWinner,
  listWinnersOf,
  nextCheck,
  upsertCheck,
} from '../store/ab.sql.ts';
import { insertHistory } from '../store/history.sql.ts';
import type { Versions } from '../versions.ts';
import { figuresOf, verdict } from './verdict.ts';

const LOOKED_AT_ONCE = 20;
/** Who decides where nobody does. */
export const ITSELF = 'by itself';

type Deciding = ShapeOf<'ab'> & { decide: NonNullable<ShapeOf<'ab'>['decide']> };

function decidingShape(definition: JourneyDefinition, id: string): Deciding | undefined {
  const shape = Object.hasOwn(definition.shapes, id) ? definition.shapes[id] : undefined;
  return shape?.kind === 'ab' && shape.decide ? (shape as Deciding) : undefined;
}

/** Looks at the e-mails in several versions whose moment has come; each is decided once, by one process. */
export async function decideTurn(o: { db: Db; versions: Versions; clock: Clock }): Promise<Turn> {
  const now = o.clock.now();
  const looked = await transaction(o.db, async (tx) => {
    const checks = await claimChecks(tx, now, LOOKED_AT_ONCE);
    for (const check of checks) await look(tx, o.versions, check, now);
    return checks.length;
  });
  return looked === LOOKED_AT_ONCE ? 'more' : nextCheck(o.db);
}

async function look(tx: Tx, versions: Versions, check: CheckRow, now: Date): Promise<void> {
  const { journeyId, shapeId, version } = check;
  const { definition } = await versions.get(tx, journeyId, version);
  const shape = decidingShape(definition, shapeId);
  if (!shape) return deleteChecks(tx, journeyId, { of: shapeId });
  const counts = await countsByTemplate(tx, { journeyId, shapeId });
  const found = verdict(shape, counts, now);
  if ('lookAt' in found) return upsertCheck(tx, journeyId, shapeId, found.lookAt);
  const { winner: variant, why } = found;
  await deleteChecks(tx, journeyId, { of: shapeId });
  const figures = figuresOf(shape, counts);
  // Somebody may have said otherwise a moment ago.
  if (!(await insertWinner(tx, journeyId, { shapeId, variant, why, figures, decidedBy: ITSELF, over: false, now })))
    return;
  const details = { shape: shapeId, variant, why };
  await insertHistory(tx, { journeyId, who: ITSELF, what: 'winner chosen', details }, now);
}

/** A new version is live: what it wants decided is looked at, and what has won stays where there still is such a version. */
export async function followVersion(
  tx: Tx,
  journeyId: number,
  definition: JourneyDefinition,
  { by, now }: { by: string; now: Date },
): Promise<void> {
  const deciding = Object.keys(definition.shapes).filter((id) => decidingShape(definition, id));
  await deleteChecks(tx, journeyId, { but: deciding });
  const won = new Set<string>();
  for (const { shapeId, variant } of await listWinnersOf(tx, journeyId)) {
    const shape = definition.shapes[shapeId];
    if (shape?.kind !== 'ab' || shape.variants.some(({ name }) => name === variant)) won.add(shapeId);
    else if (await deleteWinner(tx, journeyId, shapeId)) {
      const details = { shape: shapeId, variant, why: 'the new version has no such variant' };
      await insertHistory(tx, { journeyId, who: by, what: 'winner taken back', details }, now);
    }
  }
  for (const id of deciding) if (!won.has(id)) await upsertCheck(tx, journeyId, id, now);
}
