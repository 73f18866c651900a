import type { ShapeOf } from '@tributary/model';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Yes or no, as things stand at this moment. */
export function condition(shape: ShapeOf<'condition'>, moment: Moment): Move {
  return moment.holds(shape.if)
    ? { do: 'go', to: shape.yes, did: 'the condition holds' }
    : { do: 'go', to: shape.no, did: 'the condition does not hold' };
}
