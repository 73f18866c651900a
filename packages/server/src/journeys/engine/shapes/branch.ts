import type { ShapeOf } from '@tributary/model';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** The first way whose condition holds at this moment. */
export function branch(shape: ShapeOf<'branch'>, moment: Moment): Move {
  const taken = shape.branches.find((each) => moment.holds(each.if));
  return taken
    ? { do: 'go', to: taken.next, did: `took “${taken.name}”: its condition holds` }
    : { do: 'go', to: shape.otherwise, did: 'took the other way: no condition holds' };
}
