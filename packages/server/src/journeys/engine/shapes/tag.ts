import type { ShapeOf } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Gives and takes tags. */
export function tag({ add, remove, ...shape }: ShapeOf<'tag'>, moment: Moment): Move {
  const parts = [...add.map((name) => `gave the tag “${name}”`), ...remove.map((name) => `took the tag “${name}”`)];
  const tell = (shape.onFailure ?? 'skip') !== 'skip';
  return doing(shape, moment, () => ({
    did: parts.join(', '),
    effect: { kind: 'change', set: {}, clear: [], add, remove, tell },
  }));
}
