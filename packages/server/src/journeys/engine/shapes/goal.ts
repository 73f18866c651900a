import type { ShapeOf } from '@tributary/model';
import type { Move } from '../move.ts';

/** Here is what the journey is for. */
export function goal(shape: ShapeOf<'goal'>): Move {
  return {
    do: 'go',
    to: shape.next,
    did: `reached the goal “${shape.name}”`,
    effects: [{ kind: 'goal', name: shape.name }],
  };
}
