import type { ShapeOf } from '@tributary/model';
import type { Move } from '../move.ts';

/** The end of the way. */
export function exit(shape: ShapeOf<'exit'>): Move {
  return { do: 'leave', reason: shape.reason };
}
