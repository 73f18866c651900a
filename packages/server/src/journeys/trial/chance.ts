import type { JourneyDefinition } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import { chance, partAt, partBehind } from '../engine/chance.ts';
import type { Scene } from './scene.ts';

const HOLD_OUT = ['held out', 'goes on'] as const;

/** What is known of levelled splits: which way somebody was sent before, and how many people each way has. */
export interface Levelled {
  chosen: ReadonlyMap<string, string>;
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * Which way chance takes: as is asked for; as it would fall for a person who is there; for somebody made up, the way of
 * the largest share.
 */
export function choosing(o: {
  definition: JourneyDefinition;
  journeyId: number;
  personId: string | undefined;
  take: Readonly<Record<string, string>>;
  levelled: Levelled;
}): Scene['choose'] {
  return (shapeId, parts) => {
    const taken = o.take[shapeId];
    if (taken !== undefined) return { name: taken, by: 'as was asked for' };
    if (o.personId === undefined) {
      const largest = parts.reduce((most, part) => (part.share > most.share ? part : most));
      return { name: largest.name, by: 'somebody made up takes the way of the largest share' };
    }
    const shape = o.definition.shapes[shapeId];
    if (shape?.kind !== 'split' || !shape.level) {
      return { name: partAt(parts, chance(o.journeyId, shapeId, o.personId)).name, by: 'by this person’s chance' };
    }
    const before = o.levelled.chosen.get(shapeId);
    if (before !== undefined && parts.some(({ name }) => name === before)) return { name: before, by: 'as before' };
    return { name: partBehind(parts, o.levelled.counts.get(shapeId) ?? new Map()).name, by: 'it is behind its share' };
  };
}

/** Throws a `UserError` where a way is asked for that is not there. */
export function checkTaken(definition: JourneyDefinition, take: Readonly<Record<string, string>>): void {
  for (const [shapeId, name] of Object.entries(take)) {
    const ways = waysOf(definition, shapeId);
    if (ways.includes(name)) continue;
    throw new UserError(
      'simulation_wrong',
      ways.length === 0
        ? `take: chance decides nothing at "${shapeId}"`
        : `take: "${shapeId}" has no way "${name}": it has ${ways.map((way) => `"${way}"`).join(', ')}`,
    );
  }
}

/** The ways among which chance decides at a shape. */
export function waysOf({ shapes }: JourneyDefinition, shapeId: string): readonly string[] {
  const shape = Object.hasOwn(shapes, shapeId) ? shapes[shapeId] : undefined;
  if (shape?.kind === 'split') return shape.branches.map(({ name }) => name);
  if (shape?.kind === 'ab') return shape.variants.map(({ name }) => name);
  return shape?.kind === 'hold-out' ? HOLD_OUT : [];
}
