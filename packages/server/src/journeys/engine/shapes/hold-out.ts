import type { ShapeOf } from '@tributary/model';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** What is said of whoever goes on: the report finds them by it. */
export const NOT_HELD_OUT = 'is not held out';

/** By chance, the same for the same person. */
export function holdOut(shape: ShapeOf<'hold-out'>, moment: Moment): Move {
  const parts = [
    { name: 'held out', share: shape.share },
    { name: 'goes on', share: 100 - shape.share },
  ];
  return moment.choose(parts, { level: false }) === 'held out'
    ? { do: 'leave', reason: 'held out', heldOut: true }
    : { do: 'go', to: shape.next, did: NOT_HELD_OUT };
}
