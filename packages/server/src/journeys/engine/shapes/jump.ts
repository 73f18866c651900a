import type { ShapeOf } from '@tributary/model';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Back, as long as the run has not been back often enough. */
export function jump(shape: ShapeOf<'jump'>, { memory: { jumps = {} }, shapeId }: Moment): Move {
  const times = Object.hasOwn(jumps, shapeId) ? jumps[shapeId]! : 0;
  if (times >= shape.atMost)
    return {
      do: 'go',
      to: shape.next,
      did: `went back ${times === 1 ? 'once' : `${times} times`}, which is often enough`,
    };
  return {
    do: 'go',
    to: shape.to,
    did: `went back, for time ${times + 1} of at most ${shape.atMost}`,
    remember: { jumps: { ...jumps, [shapeId]: times + 1 } },
  };
}
